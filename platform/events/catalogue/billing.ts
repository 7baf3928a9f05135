import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { currency, id, instant, micros } from './fields.ts'

export const usageMetered = defineEvent({
  type: 'platform.billing.usage_metered',
  version: 1,
  owner: 'project',
  description: 'The use of a resource over a window was recorded.',
  data: { resourceId: id, from: instant, to: instant, seconds: z.int().nonnegative() },
})

export const chargePosted = defineEvent({
  type: 'platform.billing.charge_posted',
  version: 1,
  owner: 'project',
  description: 'The use of a resource was posted to the ledger, once for each source.',
  data: { transactionId: id, sourceId: id, amountMicros: micros, currency },
})

export const budgetThresholdCrossed = defineEvent({
  type: 'platform.billing.budget_threshold_crossed',
  version: 1,
  owner: 'project',
  description: "A project's spending passed a threshold of its budget.",
  data: { budgetId: id, thresholdPercent: z.int().positive() },
})

export const BILLING_EVENTS = [usageMetered, chargePosted, budgetThresholdCrossed] as const
