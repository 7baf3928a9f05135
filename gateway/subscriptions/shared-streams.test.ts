import { afterEach, describe, expect, test } from '@jest/globals'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import { startGateway } from '../../test/testkit/gateway.ts'
import { createTickLog } from '../../test/testkit/graphs/tick-log.ts'
import { connectSocket, type RawSocket } from '../../test/testkit/raw-socket.ts'
import { until } from '../../test/testkit/until.ts'
import type { GatewayOptions } from '../create-gateway.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

/** Callers by name; `ada+` is Ada with a second factor. */
const callerOf = (authorization: unknown): Principal => {
  if (typeof authorization !== 'string') return ANONYMOUS
  return {
    kind: 'user',
    subject: authorization.replace('+', ''),
    sessionId: undefined,
    authenticatedAt: undefined,
    assurance: authorization.endsWith('+') ? 'multi' : 'single',
  }
}

const arrange = async (options: Partial<GatewayOptions> = {}) => {
  const log = createTickLog()
  const { gateway, graph, url } = await startGateway(log.subgraphs, {
    verifier: {
      authenticate: (authorization) => Promise.resolve({ principal: callerOf(authorization), expiresAt: undefined }),
    },
    ...options,
  })
  stops.push(() => gateway.stop(0))
  return {
    ...log,
    graph,
    connect: (name?: string) => connectSocket(url, name === undefined ? {} : { authorization: name }),
    opened: (count: number) => until(`${String(count)} streams are open`, () => log.open() === count),
  }
}

const TICKS =
  'subscription ($topic: ID!, $after: String) { ticks(topic: $topic, after: $after) { sequence place { name } } }'
const subscribe = (socket: RawSocket, id = '1', variables: object = {}, query = TICKS): void =>
  socket.send({ id, type: 'subscribe', payload: { query, variables: { topic: 'a', ...variables } } })

/** Resolves when the server has begun everything that this socket sent before. */
const heeded = async (socket: RawSocket): Promise<void> => {
  const pongs = (): number => socket.messages.filter(({ type }) => type === 'pong').length
  const before = pongs()
  socket.send({ type: 'ping' })
  await until('it answers', () => pongs() > before)
}

interface Ticked {
  readonly data: { readonly ticks: { readonly sequence: number } }
}
const sequences = ({ messages }: RawSocket, id = '1'): readonly number[] =>
  messages.flatMap((message) =>
    message.type === 'next' && message.id === id ? [(message.payload as Ticked).data.ticks.sequence] : [],
  )
const upTo = (last: number, first = 1): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)
const heard = (socket: RawSocket, expected: readonly number[], id = '1') =>
  until(`${expected.join()} have come`, () => sequences(socket, id).join() === expected.join())

describe('subscribers who share a stream', () => {
  test('have one stream in the subgraph, and each event is completed once for all of them', async () => {
    const { connect, opened, push, graph } = await arrange()
    const sockets = await Promise.all(upTo(8).map(() => connect('ada')))
    for (const [index, socket] of sockets.entries()) {
      subscribe(socket, `id-${String(index)}`)
      await heeded(socket)
    }
    await opened(1)
    push()
    for (const [index, socket] of sockets.entries()) await heard(socket, [1], `id-${String(index)}`)
    expect(graph.fetched).toEqual(['places'])
    expect(sockets[3]?.messages.at(-1)).toEqual({
      id: 'id-3',
      type: 'next',
      payload: { data: { ticks: { sequence: 1, place: { name: 'Place of a' } } } },
    })
  })

  test('are sent what each calls __typename, by streams of their own where they call something else so', async () => {
    const { connect, opened, push, graph } = await arrange()
    const called = (query: string) =>
      query.replace('ticks(', '__typename: ticks(').replace('{ name', '{ __typename: name')
    const sockets = [await connect('ada'), await connect('ada'), await connect('ada')]
    const queries = [called(TICKS), called(TICKS), called(TICKS).replace('{ __typename: name', '{ typename_: name')]
    for (const [index, socket] of sockets.entries()) {
      subscribe(socket, '1', {}, queries[index])
      await heeded(socket)
    }
    await opened(2)
    push()
    const payloads = sockets.map(async (socket) => (await socket.message(2)).payload)
    const place = (name: string) => ({ data: { __typename: { sequence: 1, place: { [name]: 'Place of a' } } } })
    expect(await Promise.all(payloads)).toEqual([place('__typename'), place('__typename'), place('typename_')])
    expect(graph.fetched).toEqual(['places', 'places'])
  })

  test('leave one by one; the last ends the stream', async () => {
    const { connect, opened, push } = await arrange()
    const [one, other] = [await connect(), await connect()]
    subscribe(one)
    await opened(1)
    subscribe(other)
    await heeded(other)
    one.send({ id: '1', type: 'complete' })
    await heeded(one)
    push()
    await heard(other, [1])
    expect(sequences(one)).toEqual([])
    other.socket.terminate()
    await opened(0)
  })

  test.each<[name: string, one: string | undefined, other: string | undefined, variables: object, query: string]>([
    ['another user', 'ada', 'grace', {}, TICKS],
    ['the same user by a stronger sign-in', 'ada', 'ada+', {}, TICKS],
    ['nobody', 'ada', undefined, {}, TICKS],
    ['who sends other variables', 'ada', 'ada', { topic: 'b' }, TICKS],
    ['who asks for something else', 'ada', 'ada', {}, TICKS.replace('sequence', 'sequence topic')],
  ])('%s has a stream of their own', async (_, one, other, variables, query) => {
    const { connect, opened } = await arrange()
    subscribe(await connect(one))
    await opened(1)
    subscribe(await connect(other), '1', variables, query)
    await opened(2)
  })

  test('without positions are those alone who were there before its first event', async () => {
    const { connect } = await arrange()
    const countdown = 'subscription { countdown(from: 3) }'
    const [one, other] = [await connect(), await connect()]
    for (const socket of [one, other]) subscribe(socket, '1', {}, countdown)
    for (const socket of [one, other]) {
      await until('it is over', () => socket.messages.at(-1)?.type === 'complete')
      const values = socket.messages.filter(({ type }) => type === 'next').map(({ payload }) => payload)
      expect(values).toEqual([3, 2, 1].map((value) => ({ data: { countdown: value } })))
    }
  })
})

describe('a stream with positions', () => {
  test('is joined by who comes later: from now on, or behind its last event', async () => {
    const { connect, opened, push } = await arrange()
    const [first, now, behind] = [await connect(), await connect(), await connect()]
    subscribe(first)
    await opened(1)
    push()
    push()
    await heard(first, [1, 2])
    subscribe(now)
    subscribe(behind, '1', { after: '2' })
    await heeded(now)
    await heeded(behind)
    push()
    await heard(first, [1, 2, 3])
    await heard(now, [3])
    await heard(behind, [3])
    await opened(1)
  })

  test('is joined by who has caught up: what was missed first, nothing twice, and one stream is left', async () => {
    const { connect, opened, push } = await arrange()
    const [first, late] = [await connect(), await connect()]
    subscribe(first)
    await opened(1)
    for (const _ of upTo(5)) push()
    await heard(first, upTo(5))
    subscribe(late, '1', { after: '1' })
    await heard(late, upTo(5, 2))
    await opened(1)
    push()
    await heard(first, upTo(6))
    await heard(late, upTo(6, 2))
  })

  test('shows its cursor to those alone who ask for it', async () => {
    const { connect, opened, push, graph } = await arrange()
    const [without, own] = [await connect(), await connect()]
    subscribe(without, '1', {}, 'subscription { ticks(topic: "a") { sequence } }')
    subscribe(
      own,
      '1',
      {},
      'subscription { ...F } fragment F on Subscription { ticks(topic: "a") { cursor: topic at: cursor } }',
    )
    await opened(2)
    push()
    expect((await without.message(1)).payload).toEqual({ data: { ticks: { sequence: 1 } } })
    expect((await own.message(1)).payload).toEqual({ data: { ticks: { cursor: 'a', at: '1' } } })
    expect(graph.fetched).toEqual([])
  })

  test('tells who reads too slowly where to go on, and nothing is lost there; others do not wait', async () => {
    const { connect, opened, push } = await arrange({ limits: { maxQueuedEvents: 4 } })
    const [slow, quick] = [await connect(), await connect()]
    const names = upTo(50).map((index) => `a${String(index)}: topic`)
    const wide = TICKS.replace('place { name }', names.join(' '))
    const topic = 'x'.repeat(3000)
    subscribe(slow, '1', { topic }, wide)
    await opened(1)
    subscribe(quick, '1', { topic }, wide)
    await heeded(quick)
    slow.socket.pause()
    for (const sequence of upTo(150)) {
      push(topic)
      await until('the other reads', () => sequences(quick).includes(sequence))
    }
    slow.socket.resume()
    await until('it is told', () => slow.messages.at(-1)?.type === 'error')
    const last = Number(sequences(slow).at(-1))
    expect(sequences(slow)).toEqual(upTo(last))
    expect(slow.messages.at(-1)?.payload).toMatchObject([
      { extensions: { code: 'SLOW_CONSUMER', retryable: true, cursor: String(last) } },
    ])
    subscribe(slow, '2', { topic, after: String(last) }, wide)
    await heard(slow, upTo(150, last + 1), '2')
  })
})
