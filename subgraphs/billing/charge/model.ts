import { err, ok, type Result } from '../../../platform/result/result.ts'
import { ownedId, type Id, type Uuid } from '../../../platform/ids/id.ts'
import type { Money } from '../money/model.ts'

export type ChargeId = Id<'chg'>

/** What one use of one resource cost a project. */
export interface Charge {
  readonly id: ChargeId
  readonly resourceId: Id<'alc'>
  readonly skuCode: string
  readonly usedFrom: Date
  readonly usedTo: Date
  readonly perHour: Money
  readonly amount: Money
}

/** A span of time, its beginning included, its end not. */
export interface Period {
  readonly from: Date
  readonly to: Date
}

/** An allocation that was given back. */
export interface Use {
  readonly allocationId: Uuid
  readonly skuCode: string
  readonly placedAt: Date
  readonly releasedAt: Date
}

const SECONDS_PER_HOUR = 3600n
const DEFAULT_PERIOD_MS = 30 * 24 * 3_600_000

/** Seconds begun count as whole ones; what was held at all was held for a second. */
const secondsOf = ({ from, to }: Period): bigint =>
  BigInt(Math.max(1, Math.ceil((to.getTime() - from.getTime()) / 1000)))

/** The cost of a period at an hourly rate, by the second, rounded up to the micro-unit. */
export const costOf = (microsPerHour: bigint, period: Period): bigint =>
  (microsPerHour * secondsOf(period) + SECONDS_PER_HOUR - 1n) / SECONDS_PER_HOUR

/**
 * The part of a use that is still to be charged: what follows the last charge of the resource. Undefined when nothing
 * is left of it.
 */
export const unchargedPeriod = ({ placedAt, releasedAt }: Use, chargedUntil: Date | undefined): Period | undefined => {
  if (chargedUntil === undefined) return { from: placedAt, to: releasedAt < placedAt ? placedAt : releasedAt }
  return chargedUntil < releasedAt ? { from: chargedUntil, to: releasedAt } : undefined
}

/** The charge of a period of a use. */
export const chargeOf = (use: Use, period: Period, perHour: Money, project: Uuid, local: Uuid): Charge => ({
  id: ownedId('chg', project, local),
  resourceId: ownedId('alc', project, use.allocationId),
  skuCode: use.skuCode,
  usedFrom: period.from,
  usedTo: period.to,
  perHour,
  amount: { amountMicros: costOf(perHour.amountMicros, period), currency: perHour.currency },
})

/** The period that a caller asks for: by default the 30 days before its end, which is now. */
export const periodOf = (
  asked: { readonly from?: Date | null | undefined; readonly to?: Date | null | undefined },
  now: Date,
): Result<Period, 'PERIOD_EMPTY'> => {
  const to = asked.to ?? now
  const from = asked.from ?? new Date(to.getTime() - DEFAULT_PERIOD_MS)
  return from < to ? ok({ from, to }) : err('PERIOD_EMPTY')
}
