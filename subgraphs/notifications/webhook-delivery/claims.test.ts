import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { EgressOutcome } from '../../../platform/egress/egress.ts'
import { until } from '../../../test/testkit/until.ts'
import { createTestPartner, webhookMeans, type TestPartner } from '../testkit/test-partner.ts'
import { MAX_LIVE_CLAIMS } from './turn.ts'

let partner: TestPartner
beforeAll(async () => {
  partner = await createTestPartner()
})
afterAll(() => partner.drop())

test('four at once are sent to endpoints of one organization, however many workers begin together', async () => {
  const endpoints = await Promise.all(Array.from({ length: 8 }, () => partner.register(partner.tenants.a1)))
  await partner.handle(partner.event(partner.tenants.a1))
  let posted = 0
  let late = 0
  const { promise, resolve: answer } = Promise.withResolvers<EgressOutcome>()
  const post = (): Promise<EgressOutcome> => {
    posted += 1
    return promise
  }
  const workers = partner.with(webhookMeans({ egress: { check: () => Promise.reject(new Error()), post } }))
  const sent = endpoints.map(({ endpoint }) => partner.send(endpoint, workers).finally(() => (late += 1)))
  await until('each is sent to, or has to wait', () => posted + late === endpoints.length)
  expect(posted).toBe(MAX_LIVE_CLAIMS)
  answer({ kind: 'answered', status: 204, retryAfter: undefined })
  await Promise.all(sent)
  const due = await Promise.all(endpoints.map(({ endpoint }) => partner.dueOf(endpoint)))
  expect(due.filter((at) => at !== undefined)).toHaveLength(endpoints.length - MAX_LIVE_CLAIMS)
})
