import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { organizationScope } from '../../../platform/access/scope.ts'
import { createEnvelope } from '../../../platform/crypto/envelope.ts'
import { selfId, type Uuid } from '../../../platform/ids/id.ts'
import { manualClock } from '../../../test/testkit/manual-clock.ts'
import type { ReceivedPost } from '../../../test/testkit/receiver.ts'
import { until } from '../../../test/testkit/until.ts'
import { createTestPartner, managerOf, webhookMeans, type TestPartner } from '../testkit/test-partner.ts'
import type { WebhookEndpoint } from '../webhook/model.ts'
import { messageId } from '../webhook/signature.ts'
import { deliveryId, type DeliveryStatus } from './model.ts'
import { deliveryPage, redeliveryCursor } from './position.ts'

let partner: TestPartner
const clock = manualClock()
let endpoint: WebhookEndpoint
let secret: string

beforeAll(async () => {
  partner = await createTestPartner(clock)
})
afterAll(() => partner.drop())
beforeEach(async () => {
  for (const table of ['notifications.webhook_endpoints', 'notifications.processed_events', 'notifications.outbox'])
    await partner.rows(`delete from ${table}`)
  await partner.rows('delete from graphile_worker._private_jobs')
  partner.receiver.react(204)
  ;({ endpoint, secret } = await partner.register(partner.tenants.a1))
})

const received = (): readonly ReceivedPost[] => partner.receiver.received
/** What came since this was called. */
const listen = () => {
  const from = received().length
  return {
    all: () => received().slice(from),
    ids: () =>
      received()
        .slice(from)
        .map(({ headers }) => headers['webhook-id']),
  }
}
/** Events of the organization, recorded in this order; their message ids. */
const happen = async (count: number): Promise<readonly string[]> => {
  const events = Array.from({ length: count }, () => partner.event(partner.tenants.a1))
  for (const event of events) await partner.handle(event)
  return events.map(({ id }) => messageId(id))
}
const stored = async () => {
  const [row] = await partner.rows<Record<string, unknown>>(
    'select * from notifications.webhook_endpoints where id = $1',
    [endpoint.id.local],
  )
  return row
}
const statuses = async () => {
  const rows = await partner.rows<{ status: string }>(
    'select status from notifications.webhook_deliveries order by sequence',
  )
  return rows.map(({ status }) => status)
}
const sendAll = async (times: number): Promise<void> => {
  for (let n = 0; n < times; n += 1) await partner.send(endpoint)
}
/** By Standard Webhooks' own library, told the time of the partner's clock. */
const verified = ({ body, headers }: ReceivedPost, by: string): unknown => {
  const machine = jest.spyOn(Date, 'now').mockReturnValue(partner.clock.now().getTime())
  try {
    return new Webhook(by).verify(body, {
      'webhook-id': String(headers['webhook-id']),
      'webhook-timestamp': String(headers['webhook-timestamp']),
      'webhook-signature': String(headers['webhook-signature']),
    })
  } finally {
    machine.mockRestore()
  }
}

describe('a delivery', () => {
  test('is signed as Standard Webhooks says, and tells ids alone', async () => {
    const event = partner.event(partner.tenants.a1)
    await partner.handle(event)
    await partner.send(endpoint)
    const [post] = received().slice(-1)
    if (post === undefined) throw new Error('nothing came')
    expect(post.headers).toMatchObject({
      'webhook-id': messageId(event.id),
      'content-type': 'application/json',
      'user-agent': 'GPUaaS-Webhooks/1',
    })
    expect(verified(post, secret)).toEqual({
      type: 'app.created',
      timestamp: event.occurredAt,
      data: {
        organizationId: selfId('org', partner.tenants.a1.organizationId).text,
        projectId: selfId('prj', partner.tenants.a1.projectId).text,
        appId: expect.stringMatching(/^app_/),
      },
    })
    expect(() => verified({ ...post, body: `${post.body} ` }, secret)).toThrow()
    expect(() => verified(post, `whsec_${Buffer.alloc(32).toString('base64')}`)).toThrow()
    expect(JSON.stringify(post.headers)).not.toMatch(/traceparent|authorization|cookie/)
  })

  test('is made once of an event, whoever hands it over how often, and for those who chose its type alone', async () => {
    const other = await partner.register(partner.tenants.a1, ['bucket.created'])
    const foreign = await partner.register(partner.tenants.b1)
    const event = partner.event(partner.tenants.a1)
    await Promise.all([partner.handle(event), partner.handle(event), partner.handle(event)])
    await partner.handle(event)
    const rows = await partner.rows<{ endpoint_id: string }>('select endpoint_id from notifications.webhook_deliveries')
    expect(rows.map((row) => row.endpoint_id)).toEqual([endpoint.id.local])
    expect(await Promise.all([other, foreign].map((one) => partner.dueOf(one.endpoint)))).toEqual([
      undefined,
      undefined,
    ])
  })

  test('of an event before the endpoint is none', async () => {
    const event = partner.event(partner.tenants.a1)
    const old = new Date(partner.clock.now().getTime() - 3_600_000).toISOString()
    await partner.handle({ ...event, occurredAt: old })
    expect(await statuses()).toEqual([])
  })

  test('follows the one before it: in the order of the events, each its own request', async () => {
    const heard = listen()
    const ids = await happen(5)
    expect(await partner.dueOf(endpoint)).toBeDefined()
    await sendAll(7)
    expect(heard.ids()).toEqual(ids)
    expect(await statuses()).toEqual(Array.from({ length: 5 }, () => 'DELIVERED'))
    expect(await stored()).toMatchObject({ position: '5', last_sequence: '5', next_attempt_at: null, attempts: 0 })
  })

  test('is sent by one worker, however many try', async () => {
    const heard = listen()
    const [id] = await happen(1)
    let answer: () => void = () => undefined
    partner.receiver.react((_, response) => (answer = () => response.writeHead(200).end()))
    const first = partner.send(endpoint)
    await until('the request came', () => heard.all().length === 1)
    await Promise.all([partner.send(endpoint), partner.send(endpoint), partner.send(endpoint)])
    // Whoever came too late comes again when the first must have died.
    expect((await partner.dueOf(endpoint))?.getTime()).toBe(partner.clock.now().getTime() + 17_000)
    answer()
    await first
    expect(heard.ids()).toEqual([id])
    expect(await statuses()).toEqual(['DELIVERED'])
  })

  test('whose sender died is sent again, with the same id, when its claim is over', async () => {
    const heard = listen()
    const [id] = await happen(1)
    const dead = partner.with(
      webhookMeans({
        egress: { check: () => Promise.reject(new Error()), post: () => Promise.reject(new Error('killed')) },
      }),
    )
    await expect(partner.send(endpoint, dead)).rejects.toThrow('killed')
    await partner.send(endpoint)
    expect(heard.all()).toEqual([])
    clock.advance(18)
    await partner.send(endpoint)
    expect(heard.ids()).toEqual([id])
  })

  test('that nobody can sign any more is not sent, and not lost', async () => {
    const heard = listen()
    await happen(1)
    const stranger = partner.with(
      webhookMeans({ envelope: createEnvelope(['another-key-than-that-which-sealed-them']) }),
    )
    await expect(partner.send(endpoint, stranger)).rejects.toThrow('not among those of this process')
    await expect(partner.send(endpoint, partner.with(undefined))).rejects.toThrow('WEBHOOK_SECRETS_KEY')
    expect([heard.all(), await statuses()]).toEqual([[], ['PENDING']])
  })
})

describe('a receiver', () => {
  const failing = async (): Promise<number> => {
    await partner.send(endpoint)
    const due = await partner.dueOf(endpoint)
    return due === undefined ? -1 : (due.getTime() - partner.clock.now().getTime()) / 1_000
  }

  test('that fails is tried again with growing pauses, and nothing overtakes what waits', async () => {
    partner.receiver.react(500)
    const heard = listen()
    const ids = await happen(2)
    const pauses: number[] = []
    for (let n = 0; n < 4; n += 1) {
      const pause = await failing()
      pauses.push(pause)
      await partner.send(endpoint) // too early: nothing is sent
      clock.advance(pause)
    }
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(4 * 3 ** index)
      expect(pause).toBeLessThanOrEqual(6 * 3 ** index)
    }
    expect(heard.ids()).toEqual([ids[0], ids[0], ids[0], ids[0]])
    expect(new Set(heard.all().map(({ body }) => body)).size).toBe(1)
    partner.receiver.react(200)
    await sendAll(2)
    expect(heard.ids().slice(4)).toEqual(ids)
    expect(await stored()).toMatchObject({ failing_since: null, attempts: 0 })
  })

  test('that asks for time is given it', async () => {
    partner.receiver.react((_, response) => response.writeHead(429, { 'retry-after': '600' }).end())
    await happen(1)
    expect(await failing()).toBe(600)
  })

  test('that answers 410 is told nothing more, and its organization is told so', async () => {
    partner.receiver.react(410)
    await happen(2)
    expect(await failing()).toBe(-1)
    expect(await stored()).toMatchObject({ state: 'DISABLED', disabled_reason: 'GONE', next_attempt_at: null })
    expect(await partner.rows('select type, org_id, data from notifications.outbox')).toEqual([
      {
        type: 'platform.notifications.webhook_endpoint_disabled',
        org_id: endpoint.id.scope,
        data: { webhookEndpointId: endpoint.id.local, reason: 'GONE' },
      },
    ])
    const heard = listen()
    partner.receiver.react(200)
    await happen(1)
    await sendAll(2)
    expect([heard.all(), await partner.dueOf(endpoint)]).toEqual([[], undefined])
    // What waited, and what came meanwhile, is sent when it is enabled again.
    const enabled = await partner.webhooks.endpoints.enable(managerOf(endpoint.id.scope), endpoint.id)
    expect(enabled).toMatchObject({ ok: true, value: { state: 'ENABLED' } })
    await sendAll(4)
    expect(heard.all()).toHaveLength(3)
  })

  test('that fails for three days is disabled', async () => {
    partner.receiver.react(503)
    await happen(1)
    await failing()
    clock.advance(72 * 3_600)
    await failing()
    expect(await stored()).toMatchObject({ state: 'DISABLED', disabled_reason: 'FAILING' })
    expect(await statuses()).toEqual(['PENDING'])
  })

  test('that refuses one delivery sixteen times gets the next one; the first is kept for a redelivery', async () => {
    const patient = partner.with(webhookMeans({ patienceMs: 365 * 86_400_000 }))
    const [poison, next] = await happen(2)
    partner.receiver.react((request, response) =>
      response.writeHead(request.headers['webhook-id'] === poison ? 400 : 200).end(),
    )
    const heard = listen()
    for (let n = 0; n < 17; n += 1) {
      await partner.send(endpoint, patient)
      clock.advance(8 * 3_600)
    }
    expect(heard.ids()).toEqual([...Array.from({ length: 16 }, () => poison), next])
    expect(await statuses()).toEqual(['FAILED', 'DELIVERED'])
  })
})

describe('a redelivery', () => {
  const cursorAfter = (sequence: bigint) => redeliveryCursor({ endpointId: endpoint.id, sequence })
  const redeliver = (after: string) =>
    partner.webhooks.deliveries.redeliver(managerOf(endpoint.id.scope), endpoint.id, after)

  test('sends everything after a place again, in order and with the same ids, and then goes on', async () => {
    const ids = await happen(4)
    await sendAll(4)
    const heard = listen()
    expect(await redeliver(cursorAfter(2n))).toMatchObject({ ok: true, value: { count: 2 } })
    expect(await partner.dueOf(endpoint)).toBeDefined()
    const more = await happen(1)
    await sendAll(5)
    expect(heard.ids()).toEqual([...ids.slice(2), ...more])
    expect(await partner.rows('select attempts from notifications.webhook_deliveries order by sequence')).toEqual(
      [1, 1, 2, 2, 1].map((attempts) => ({ attempts })),
    )
  })

  test('never passes over what waits', async () => {
    partner.receiver.react(500)
    const ids = await happen(3)
    await partner.send(endpoint)
    await redeliver(cursorAfter(3n))
    partner.receiver.react(200)
    const heard = listen()
    await sendAll(4)
    expect(heard.ids()).toEqual(ids)
  })

  test('of another endpoint’s cursor, of the future, of nonsense and of what is not kept any more is refused', async () => {
    await happen(2)
    const other = await partner.register(partner.tenants.a1)
    const foreign = redeliveryCursor({ endpointId: other.endpoint.id, sequence: 0n })
    for (const cursor of [foreign, cursorAfter(3n), 'nonsense', '', cursorAfter(-1n)])
      expect(await redeliver(cursor)).toEqual({ ok: false, error: 'CURSOR_INVALID' })
    await partner.rows('delete from notifications.webhook_deliveries where sequence = 1')
    expect(await redeliver(cursorAfter(0n))).toEqual({ ok: false, error: 'CURSOR_TOO_OLD' })
    expect(await redeliver(cursorAfter(1n))).toMatchObject({ ok: true })
  })

  test('does not believe who was sending meanwhile, and sends beside nobody', async () => {
    const ids = await happen(2)
    await partner.send(endpoint)
    let answer: () => void = () => undefined
    partner.receiver.react((_, response) => (answer = () => response.writeHead(200).end()))
    const heard = listen()
    const sending = partner.send(endpoint)
    await until('the request came', () => heard.all().length === 1)
    await redeliver(cursorAfter(0n))
    await partner.send(endpoint)
    expect(heard.all()).toHaveLength(1)
    answer()
    await sending
    partner.receiver.react(200)
    clock.advance(18)
    await sendAll(3)
    expect(heard.ids()).toEqual([ids[1], ...ids])
  })
})

describe('a secret that is rotated', () => {
  const rotate = async (overlapSeconds: number): Promise<string> => {
    const rotated = await partner.webhooks.secrets.rotate(managerOf(endpoint.id.scope), endpoint.id, overlapSeconds)
    if (!rotated.ok) throw new Error(rotated.error)
    return rotated.value.secret.value ?? ''
  }
  const next = async (): Promise<ReceivedPost> => {
    await happen(1)
    await partner.send(endpoint)
    const post = received().at(-1)
    if (post === undefined) throw new Error('nothing came')
    return post
  }

  test('signs beside its successor until the overlap ends', async () => {
    const successor = await rotate(3_600)
    const during = await next()
    expect(String(during.headers['webhook-signature']).split(' ')).toHaveLength(2)
    expect([verified(during, secret), verified(during, successor)]).toEqual([expect.anything(), expect.anything()])
    clock.advance(3_601)
    const after = await next()
    expect(verified(after, successor)).toBeDefined()
    expect(() => verified(after, secret)).toThrow()
  })

  test('twice leaves two at most; without an overlap the old one ends at once', async () => {
    const second = await rotate(3_600)
    const third = await rotate(3_600)
    const during = await next()
    expect(() => verified(during, secret)).toThrow()
    expect([verified(during, second), verified(during, third)]).toEqual([expect.anything(), expect.anything()])
    const last = await rotate(0)
    const after = await next()
    expect(String(after.headers['webhook-signature']).split(' ')).toHaveLength(1)
    expect(verified(after, last)).toBeDefined()
    expect(await partner.rows('select 1 from notifications.webhook_secrets')).toHaveLength(2)
  })

  test('is nowhere in the database as it is', async () => {
    const texts = [secret, await rotate(60)]
    const [row] = await partner.rows<{ all: string }>(
      `select string_agg(t::text, ' ') as all from (
         select e::text as t from notifications.webhook_endpoints e union all select s::text from notifications.webhook_secrets s
         union all select a::text from notifications.audit_log a union all select o::text from notifications.outbox o) as everything`,
    )
    for (const text of texts) {
      const bytes = Buffer.from(text.slice('whsec_'.length), 'base64')
      expect(bytes).toHaveLength(32)
      for (const form of [text, text.slice(6), bytes.toString('hex')]) expect(row?.all).not.toContain(form)
    }
  })
})

test('the deliveries of each endpoint are counted, of one status where it is asked for', async () => {
  await happen(3)
  await sendAll(2)
  const other = await partner.register(partner.tenants.a1)
  const outside = await partner.register(partner.tenants.b1)
  await happen(1)
  const totals = async (status?: DeliveryStatus) => {
    const page = deliveryPage({ filter: { status } }, endpoint.id)
    const scope = { kind: 'organization-set', organizations: [organizationScope(endpoint.id.scope)] } as const
    const ids = [endpoint.id, other.endpoint.id, outside.endpoint.id]
    const counted = await partner.webhooks.deliveries.totals(scope, ids, page)
    return ids.map(({ text }) => counted.get(text))
  }
  expect(await totals()).toEqual([4, 1, undefined])
  expect(await totals('PENDING')).toEqual([2, 1, undefined])
  expect(await totals('DELIVERED')).toEqual([2, 0, undefined])
})

test('deliveries older than thirty days go when new ones come', async () => {
  await happen(3)
  clock.advance(31 * 86_400)
  await happen(2)
  const kept = await partner.rows<{ id: Uuid; sequence: number }>(
    'select id, sequence::int from notifications.webhook_deliveries order by sequence',
  )
  expect(kept.map(({ sequence }) => sequence)).toEqual([4, 5])
  // The first that is kept is next, and says when, though those before it went untold.
  const { scope } = endpoint.id
  const shown = kept.map(({ id }) => partner.webhooks.deliveries.find(managerOf(scope), deliveryId(scope, id)))
  expect(await Promise.all(shown)).toMatchObject([{ nextAttemptAt: expect.any(Date) }, { nextAttemptAt: null }])
  const heard = listen()
  await sendAll(3)
  expect(heard.all()).toHaveLength(2)
})
