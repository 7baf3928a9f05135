import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { federatedGraph } from '../../test/testkit/federated-graph.ts'
import { silentLog } from '../../platform/log/log.ts'
import { createTickLog } from '../../test/testkit/graphs/tick-log.ts'
import { startHttpSubgraph, type HttpSubgraph } from '../../test/testkit/http-subgraph.ts'
import { connectSocket, type RawSocket } from '../../test/testkit/raw-socket.ts'
import { until } from '../../test/testkit/until.ts'
import { createGateway } from '../create-gateway.ts'
import { httpTransport } from '../transport/http-transport.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

const WITH_POSITION = 'subscription ($after: String) { ticks(topic: "a", after: $after) { sequence } }'
/** The negative control: the same events, and nothing that says where they stand. */
const WITHOUT_POSITION = 'subscription { plainTicks(topic: "a") { sequence } }'

interface Ticked {
  readonly data?: Readonly<Record<string, { readonly sequence: number }>>
}
const sequences = ({ messages }: RawSocket, id: string): readonly number[] =>
  messages.flatMap((message) =>
    message.type === 'next' && message.id === id
      ? Object.values((message.payload as Ticked).data ?? {}).map(({ sequence }) => sequence)
      : [],
  )
const heard = (socket: RawSocket, id: string, expected: readonly number[]) =>
  until(`${expected.join()} have come`, () => sequences(socket, id).join() === expected.join())
const subscribe = (socket: RawSocket, id: string, query: string, variables: object = {}): void =>
  socket.send({ id, type: 'subscribe', payload: { query, variables } })

const schemaOf = (log: ReturnType<typeof createTickLog>, name: string) => {
  const schema = federatedGraph(log.subgraphs).schemas.get(name)
  if (!schema) throw new Error('unreachable')
  return schema
}

const arrange = async () => {
  const log = createTickLog()
  const ticks = await startHttpSubgraph(schemaOf(log, 'ticks'))
  const places = await startHttpSubgraph(schemaOf(log, 'places'))
  const running = new Set<HttpSubgraph>([ticks, places])
  const directory = await mkdtemp(join(tmpdir(), 'continuity-'))
  const file = join(directory, 'supergraph.graphql')
  const { sdl } = federatedGraph(log.subgraphs, { ticks: ticks.url, places: places.url })
  await writeFile(file, sdl)
  const gateway = await createGateway({
    supergraph: { file },
    transports: (name, url) => httpTransport({ name, url, timeoutMs: 2000 }),
    log: silentLog,
    production: false,
  })
  const { url } = await gateway.listen(0, '127.0.0.1')
  stops.push(
    () => rm(directory, { recursive: true }),
    () => Promise.all([...running].map((subgraph) => subgraph.close())),
    () => gateway.stop(0),
  )
  return {
    ...log,
    gateway,
    ticks,
    sdl,
    url,
    opened: (count: number) => until(`${String(count)} streams are open`, () => log.open() === count),
    /** As a deployment replaces the file. */
    replace: async (text: string) => {
      const before = gateway.supergraph()
      await writeFile(`${file}.next`, text)
      await rename(`${file}.next`, file)
      await until('the new graph is served', () => gateway.supergraph() !== before)
    },
    kill: async () => {
      running.delete(ticks)
      await ticks.close()
    },
    restart: async () => {
      running.add(await startHttpSubgraph(schemaOf(log, 'ticks'), { port: Number(new URL(ticks.url).port) }))
    },
  }
}

describe('a subgraph that is killed and starts again', () => {
  test('costs a subscription with positions nothing: what came meanwhile is sent, in order, once', async () => {
    const { url, push, opened, kill, restart } = await arrange()
    const socket = await connectSocket(url)
    subscribe(socket, 'with', WITH_POSITION)
    subscribe(socket, 'without', WITHOUT_POSITION)
    await opened(2)
    push()
    push()
    await heard(socket, 'with', [1, 2])
    await heard(socket, 'without', [1, 2])
    await kill()
    await opened(0)
    push()
    push()
    await restart()
    await opened(2)
    push()
    await heard(socket, 'with', [1, 2, 3, 4, 5])
    // What it heard shows that the subgraph was away: the positions make the difference.
    await heard(socket, 'without', [1, 2, 5])
  })

  test('costs nothing either whatever the client calls its fields and variables', async () => {
    const { url, push, opened, kill, restart } = await arrange()
    const socket = await connectSocket(url)
    subscribe(
      socket,
      'with',
      'subscription ($resumeAfter_: ID!) { __typename: ticks(topic: $resumeAfter_) { __typename: cursor typename_: topic sequence } }',
      { resumeAfter_: 'a' },
    )
    await opened(1)
    push()
    await heard(socket, 'with', [1])
    await kill()
    await opened(0)
    push()
    await restart()
    await opened(1)
    push()
    await heard(socket, 'with', [1, 2, 3])
    expect(socket.messages.at(-1)?.payload).toEqual({
      data: { __typename: { __typename: '3', typename_: 'a', sequence: 3 } },
    })
  })

  test('costs nothing either before the first event, where the client says where to begin', async () => {
    const { url, push, opened, kill, restart } = await arrange()
    for (let count = 0; count < 2; count++) push()
    const socket = await connectSocket(url)
    subscribe(socket, 'with', WITH_POSITION, { after: '2' })
    await opened(1)
    await kill()
    await opened(0)
    push()
    await restart()
    await heard(socket, 'with', [3])
  })
})

describe('a graph that is replaced while subscriptions are open', () => {
  test('is where they go on, with nothing missed and nothing repeated', async () => {
    const { url, push, opened, replace, sdl, ticks } = await arrange()
    const socket = await connectSocket(url)
    subscribe(socket, 'with', WITH_POSITION)
    subscribe(socket, 'without', WITHOUT_POSITION)
    await opened(2)
    push()
    await heard(socket, 'with', [1])
    await heard(socket, 'without', [1])
    const before = ticks.subscribed.length
    await replace(sdl.replace('name: String! @join__field', 'title: String! @join__field'))
    await until('the one with positions has subscribed anew', () => ticks.subscribed.length === before + 1)
    push()
    push()
    await heard(socket, 'with', [1, 2, 3])
    await heard(socket, 'without', [1, 2, 3])
    await opened(2)
  })

  test('ends those alone that ask for what it no longer has', async () => {
    const { url, push, opened, replace, sdl } = await arrange()
    const socket = await connectSocket(url)
    subscribe(socket, 'gone', 'subscription { ticks(topic: "a") { sequence place { name } } }')
    subscribe(socket, 'stays', WITH_POSITION)
    await opened(2)
    push()
    await heard(socket, 'gone', [1])
    await replace(sdl.replace('name: String! @join__field', 'title: String! @join__field'))
    await until('it has ended', () => socket.messages.some(({ type }) => type === 'error'))
    expect(socket.messages.find(({ type }) => type === 'error')).toMatchObject({
      id: 'gone',
      payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    })
    await heard(socket, 'stays', [1])
    push()
    await heard(socket, 'stays', [1, 2])
    await opened(1)
  })
})
