import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ok } from '../../../platform/result/result.ts'
import { manualClock } from '../../../test/testkit/manual-clock.ts'
import { until } from '../../../test/testkit/until.ts'
import { createTestPartner, managerOf, webhookMeans, type TestPartner } from '../testkit/test-partner.ts'
import type { EndpointChanges, WebhookEndpoint } from './model.ts'

let partner: TestPartner
const clock = manualClock()
let endpoint: WebhookEndpoint

beforeAll(async () => {
  partner = await createTestPartner(clock)
})
afterAll(() => partner.drop())
beforeEach(async () => {
  await partner.rows('delete from notifications.webhook_endpoints')
  ;({ endpoint } = await partner.register(partner.tenants.a1))
})

const update = (changes: EndpointChanges, by = partner.webhooks) =>
  by.endpoints.update(managerOf(endpoint.id.scope), endpoint.id, changes)
const found = () => partner.webhooks.endpoints.find(managerOf(endpoint.id.scope), endpoint.id)
const elsewhere = () => `${partner.receiver.url}/elsewhere`
/** A service whose name servers do this. */
const checkedBy = (check: (url: string) => Promise<never> | Promise<ReturnType<typeof ok<URL>>>) =>
  partner.with(webhookMeans({ egress: { check, post: () => Promise.reject(new Error()) } }))

describe('a change of an endpoint', () => {
  test('leaves what it does not name as somebody else left it meanwhile', async () => {
    const resolved = Promise.withResolvers<undefined>()
    let isAsked = false
    const slow = checkedBy(async (url) => {
      isAsked = true
      await resolved.promise
      return ok(new URL(url))
    })
    const moved = update({ url: elsewhere() }, slow)
    await until('the address is looked at', () => isAsked)
    expect(await update({ description: 'ours', eventTypes: ['bucket.created'] })).toMatchObject({ ok: true })
    resolved.resolve(undefined)
    expect(await moved).toMatchObject({ ok: true })
    expect(await found()).toMatchObject({
      url: elsewhere(),
      description: 'ours',
      eventTypes: ['bucket.created'],
    })
  })

  test('of two who edit one version the second is told, and changes nothing', async () => {
    const { endpoints } = partner.webhooks
    const edit = (description: string) =>
      endpoints.update(managerOf(endpoint.id.scope), endpoint.id, { description }, endpoint.version)
    const edits = await Promise.all([edit('one'), edit('other')])
    const [done] = edits.filter(({ ok: isDone }) => isDone)
    expect(done).toMatchObject({ value: { version: endpoint.version + 1 } })
    expect(edits.filter(({ ok: isDone }) => !isDone)).toEqual([{ ok: false, error: 'VERSION_CONFLICT' }])
    expect({ ok: true, value: await found() }).toEqual(done)

    expect(await endpoints.disable(managerOf(endpoint.id.scope), endpoint.id)).toMatchObject({
      value: { version: endpoint.version + 2 },
    })
    expect(await update({ description: 'whichever it is' })).toMatchObject({ value: { version: endpoint.version + 3 } })
  })

  test('asks for no name where the address stays', async () => {
    const down = checkedBy(() => Promise.reject(new Error('no name server answers')))
    expect(await update({ description: ' ours ' }, down)).toMatchObject({ ok: true, value: { description: 'ours' } })
    expect(await update({ url: endpoint.url, description: '' }, down)).toMatchObject({ ok: true })
    await expect(update({ url: elsewhere() }, down)).rejects.toThrow('no name server answers')
  })

  test.each([
    [{ url: 'http://10.0.0.1/' }, 'URL_NOT_ALLOWED'],
    [{ description: 'two\nlines' }, 'DESCRIPTION_INVALID'],
    [{ eventTypes: [] }, 'EVENT_TYPES_EMPTY'],
  ])('to %j is refused as %s, and nothing is changed', async (changes, error) => {
    expect(await update(changes)).toEqual({ ok: false, error })
    expect(await found()).toEqual(endpoint)
  })

  test.each([204, 410])('of its address drops what the old one answers then: %d', async (status) => {
    await partner.handle(partner.event(partner.tenants.a1))
    let answer: (() => void) | undefined
    partner.receiver.react((_, response) => (answer = () => response.writeHead(status).end()))
    const sending = partner.send(endpoint)
    await until('the request came', () => answer !== undefined)
    expect(await update({ url: elsewhere() })).toMatchObject({ ok: true })
    answer?.()
    await sending
    expect(await found()).toMatchObject({ state: 'ENABLED', position: 0n, lastSequence: 1n })
    partner.receiver.react(204)
    clock.advance(18)
    await partner.send(endpoint)
    expect(partner.receiver.received.at(-1)?.url).toBe('/hooks/elsewhere')
    expect(await found()).toMatchObject({ position: 1n })
  })
})
