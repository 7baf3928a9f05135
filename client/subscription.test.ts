import { afterEach, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../test/testkit/gateway.ts'
import { startFaultyProxy, type FaultyProxy } from '../test/testkit/faulty-proxy.ts'
import { until } from '../test/testkit/until.ts'
import { createGraphClient } from './index.js'
import { createJournal, type Journal } from './testkit/journal.ts'
import type { Gap, GraphClient, GraphClientOptions, Resume, SubscribeOptions } from './types.d.ts'

interface Entries {
  readonly entries: { readonly sequence: number; readonly cursor: string } | null
}

const ENTRIES = 'subscription ($after: String) { entries(after: $after) { sequence cursor } }'
const RESUME: Resume<Entries> = { variable: 'after', cursorOf: ({ entries }) => entries?.cursor }
const FROM_THE_BEGINNING: Resume<Entries> = { ...RESUME, after: 'cursor-0' }

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

interface Stage {
  readonly journal: Journal
  readonly gateway: TestGateway
  readonly proxy: FaultyProxy
  readonly client: GraphClient
  readonly restart: () => Promise<void>
}

const arrange = async (options: Partial<GraphClientOptions> = {}): Promise<Stage> => {
  const journal = createJournal()
  let gateway = await startGateway(journal.subgraphs)
  const proxy = await startFaultyProxy([gateway.url])
  const client = createGraphClient({ url: `${proxy.url}/graphql`, backoff: { baseMs: 5, maxMs: 50 }, ...options })
  undo.push(
    () => gateway.gateway.stop(0),
    () => proxy.close(),
    () => client.close(),
  )
  const restart = async (): Promise<void> => {
    await gateway.gateway.stop(0)
    gateway = await startGateway(journal.subgraphs)
    proxy.lead([gateway.url])
  }
  return { journal, gateway, proxy, client, restart }
}

/** Reads on in the background; what was read so far stands in `sequences`. */
const follow = (client: GraphClient, options: SubscribeOptions<Entries> = { resume: RESUME }) => {
  const sequences: number[] = []
  const gaps: Gap[] = []
  const subscription = client.subscribe<Entries>(ENTRIES, {
    ...options,
    onGap: (gap) => gaps.push(gap),
  })
  const ended = subscription.forEach(({ data }) => {
    if (data.entries) sequences.push(data.entries.sequence)
  })
  ended.catch(() => undefined)
  return { sequences, gaps, subscription, ended }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

const has = (followed: { readonly sequences: readonly number[] }, count: number): Promise<void> =>
  until(`${count.toString()} entries are read`, () => followed.sequences.length >= count)

test('a subscription goes on where a cut connection left it, as often as it is cut', async () => {
  const { journal, proxy, client } = await arrange()
  const followed = follow(client, { resume: FROM_THE_BEGINNING })
  await until('it is open', () => journal.open() === 1)
  for (let round = 1; round <= 10; round += 1) {
    journal.append(3)
    if (round % 2 === 0) await has(followed, round * 3)
    proxy.cut()
    journal.append(2)
    await has(followed, round * 5)
  }
  expect(followed.sequences).toEqual(upTo(50))
  expect(followed.gaps).toEqual([])
}, 30_000)

test('the negative control: without a cursor what happened meanwhile is lost, and that is told', async () => {
  const { journal, gateway, proxy, client } = await arrange()
  const followed = follow(client, {})
  await until('it is open', () => journal.open() === 1)
  journal.append()
  await has(followed, 1)
  proxy.lead([])
  proxy.cut()
  await until('the server noticed', () => journal.open() === 0)
  journal.append(5)
  proxy.lead([gateway.url])
  await until('it is open again', () => journal.open() === 1)
  journal.append()
  await has(followed, 2)
  expect(followed.sequences).toEqual([1, 7])
  expect(followed.gaps).toEqual([{ reason: 'NOT_RESUMED', after: undefined, until: undefined }])
})

test('a gateway that restarts closes with 1012, and its clients go on at the next one', async () => {
  const { journal, client, restart } = await arrange()
  const states: string[] = []
  client.onState((state) => states.push('reason' in state ? `${state.status} ${state.reason.code}` : state.status))
  const followed = follow(client, { resume: FROM_THE_BEGINNING })
  await until('it is open', () => journal.open() === 1)
  journal.append(2)
  await restart()
  journal.append(2)
  await has(followed, 4)
  expect(followed.sequences).toEqual(upTo(4))
  expect(states.slice(0, 3)).toEqual(['connecting', 'open', 'waiting 1012'])
  expect(client.state).toEqual({ status: 'open', transport: 'websocket' })
})

test('a half-open connection is found by its silence', async () => {
  const { journal, proxy, client } = await arrange({ pingAfterMs: 50 })
  const followed = follow(client)
  await until('it is open', () => journal.open() === 1)
  journal.append()
  await has(followed, 1)
  proxy.freeze()
  journal.append(3)
  await has(followed, 4)
  expect(followed.sequences).toEqual(upTo(4))
})

test('what comes twice is handed over once', async () => {
  const { journal, client } = await arrange()
  const followed = follow(client)
  await until('it is open', () => journal.open() === 1)
  journal.mishap('twice')
  journal.append(3)
  await has(followed, 3)
  expect(followed.sequences).toEqual(upTo(3))
  expect(followed.subscription.repeated).toBe(1)
})

const placed: Resume<Entries> = {
  ...RESUME,
  placeOf: ({ entries }) => (entries ? { channel: 'all', sequence: entries.sequence } : undefined),
}

test('what was overtaken is put in order where places are known', async () => {
  const { journal, client } = await arrange()
  const followed = follow(client, { resume: placed })
  await until('it is open', () => journal.open() === 1)
  journal.append(2)
  journal.mishap('late')
  journal.append(3)
  await has(followed, 5)
  expect(followed.sequences).toEqual(upTo(5))
  expect(followed.gaps).toEqual([])
})

test('what the server lost on the way is asked for again', async () => {
  const { journal, client } = await arrange()
  const followed = follow(client, { resume: placed })
  await until('it is open', () => journal.open() === 1)
  journal.append(2)
  journal.mishap('lost')
  journal.append(3)
  await has(followed, 5)
  expect(followed.sequences).toEqual(upTo(5))
  expect(journal.asked()).toEqual([null, 'cursor-2'])
})

test('an event that could not be completed is asked for again, not handed over half', async () => {
  const { journal, client } = await arrange()
  const followed = follow(client, { resume: FROM_THE_BEGINNING })
  await until('it is open', () => journal.open() === 1)
  journal.append()
  journal.mishap('broken')
  journal.append(2)
  await has(followed, 3)
  expect(followed.sequences).toEqual(upTo(3))
})

test('a cursor that is too old is a gap, told before what comes after it', async () => {
  const { journal, client } = await arrange()
  journal.append(10)
  journal.forgetBefore(8)
  const order: unknown[] = []
  const subscription = client.subscribe<Entries>(ENTRIES, {
    resume: { ...RESUME, after: 'cursor-3' },
    onGap: (gap) => order.push(gap),
  })
  for await (const { data } of subscription) {
    order.push(data.entries?.sequence)
    if (data.entries?.sequence === 10) break
  }
  expect(order).toEqual([{ reason: 'CURSOR_TOO_OLD', after: 'cursor-3', until: 'cursor-7' }, 8, 9, 10])
  expect(subscription.cursor).toBe('cursor-10')
})

test('a stream that begins now loses nothing between its beginning and its first event', async () => {
  const { journal, proxy, client } = await arrange()
  journal.append(4)
  const begin = async (): Promise<string | undefined> => {
    const { data } = await client.query<{ newest: { cursor: string } }>('{ newest { cursor } }')
    return data.newest.cursor
  }
  const followed = follow(client, { resume: { ...RESUME, begin } })
  await until('it is open', () => journal.open() === 1)
  proxy.cut()
  journal.append(2)
  await has(followed, 2)
  expect(followed.sequences).toEqual([5, 6])
})

test('a reader that is slow costs the client a bounded number of events, and loses none', async () => {
  const { journal, client } = await arrange()
  const subscription = client.subscribe<Entries>(ENTRIES, {
    resume: FROM_THE_BEGINNING,
    maxBuffered: 10,
  })
  const first = subscription.next()
  await until('it is open', () => journal.open() === 1)
  journal.append(200)
  const read = [await first]
  await until('the server was told to stop', () => journal.open() === 0)
  while (read.length < 200) read.push(await subscription.next())
  expect(read.map(({ value }) => value?.data.entries?.sequence)).toEqual(upTo(200))
  await subscription.return()
})

test('without a cursor a reader that does not read is an error, not a loss', async () => {
  const { journal, client } = await arrange()
  const subscription = client.subscribe<Entries>(ENTRIES, { maxBuffered: 5 })
  const first = subscription.next()
  await until('it is open', () => journal.open() === 1)
  journal.append(20)
  await first
  const rest = (async () => {
    for await (const _ of subscription);
  })()
  await expect(rest).rejects.toMatchObject({ name: 'GraphError', code: 'BUFFER_OVERFLOW' })
})

test('subscriptions share one connection, which ends after the last of them', async () => {
  const { journal, gateway, client } = await arrange({ lingerMs: 20 })
  const all = [1, 2, 3].map(() => follow(client, { resume: FROM_THE_BEGINNING }))
  journal.append()
  await Promise.all(all.map((followed) => has(followed, 1)))
  expect(gateway.gateway.connections()).toBe(1)
  await Promise.all(all.map(({ subscription }) => subscription.return()))
  await until('the server ended them', () => journal.open() === 0)
  await until('the connection is closed', () => gateway.gateway.connections() === 0)
  expect(client.state).toEqual({ status: 'idle' })
  const later = follow(client)
  await until('it is open again', () => journal.open() === 1)
  journal.append()
  await has(later, 1)
  expect(later.sequences).toEqual([2])
})

test('a signal, `break`, `await using` and `close` each end it at the server', async () => {
  const { journal, client } = await arrange()
  const controller = new AbortController()
  const aborted = follow(client, { signal: controller.signal })
  await until('it is open', () => journal.open() === 1)
  controller.abort()
  await aborted.ended
  await until('the server ended it', () => journal.open() === 0)

  const broken = (async () => {
    for await (const _ of client.subscribe(ENTRIES)) break
  })()
  await until('it is open', () => journal.open() === 1)
  journal.append()
  await broken
  await until('the server ended it', () => journal.open() === 0)

  const disposed = client.subscribe(ENTRIES)
  const first = disposed.next()
  await until('it is open', () => journal.open() === 1)
  await disposed[Symbol.asyncDispose]()
  expect(await first).toEqual({ done: true, value: undefined })
  await until('the server ended it', () => journal.open() === 0)

  const closed = follow(client)
  await until('it is open', () => journal.open() === 1)
  await client.close()
  await expect(closed.ended).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(client.state).toEqual({ status: 'closed', reason: { code: 1000, text: 'Closed by this client' } })
  await expect(follow(client).ended).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('an operation that the server refuses ends with the code of the catalogue', async () => {
  const { client } = await arrange()
  const reading = client.subscribe('subscription { nothing }').next()
  await expect(reading).rejects.toMatchObject({
    name: 'GraphError',
    code: 'GRAPHQL_VALIDATION_FAILED',
    correlationId: expect.any(String),
    retryable: false,
  })
})
