import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { NO_GRANTS, type Grants } from '../../platform/access/grants.ts'
import { PRINCIPAL_HEADER } from '../../platform/access/internal-token.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { ownedId, selfId, type Uuid } from '../../platform/ids/id.ts'
import type { OperationContext } from '../../platform/subgraph/module.ts'
import { startBareSubgraph, type BareSubgraph } from '../../test/testkit/bare-subgraph.ts'
import { EventStream } from '../../test/testkit/graphs/event-stream.ts'
import { connectSocket, openSocket, type RawSocket } from '../../test/testkit/raw-socket.ts'
import { until } from '../../test/testkit/until.ts'

const SDL = `
  type Query { seen(id: ID!): String @projectScoped(capability: STORAGE_BUCKET_READ, project: "id") }
  type Subscription { made(id: ID!): Bucket @projectScoped(capability: STORAGE_BUCKET_READ, project: "id") }
  type Bucket @key(fields: "id") @projectScoped(capability: STORAGE_BUCKET_READ) { id: ID! by: String }
`

const user = (subject: string): Principal => ({
  kind: 'user',
  subject,
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
})
const ada = user('ada')
const grace = user('grace')
const [organizationId, logs, frames] = [systemIds.next(), systemIds.next(), systemIds.next()]
const member = (...projects: Uuid[]): Grants => ({
  ...NO_GRANTS,
  userId: organizationId,
  projects: new Map(
    projects.map((id) => [id, { organizationId, suspended: false, capabilities: new Set(['STORAGE_BUCKET_READ']) }]),
  ),
})

let subgraph: BareSubgraph
let streams: Set<EventStream<object>>
let loaders: object[]
const push = (project: Uuid): void => {
  const made = { id: ownedId('bkt', project, systemIds.next()).text }
  for (const stream of streams) stream.push({ made })
}

interface Loading extends OperationContext {
  /** One for each operation, as a subgraph's loaders are. */
  readonly loader: { readonly load: () => Promise<string> }
}

beforeEach(async () => {
  streams = new Set()
  loaders = []
  subgraph = await startBareSubgraph({
    sdl: SDL,
    resolvers: {
      Query: { seen: (_: unknown, __: unknown, { loader }: Loading) => loader.load() },
      Subscription: { made: { subscribe: () => new EventStream(streams) } },
      Bucket: { by: (_: unknown, __: unknown, { loader }: Loading) => loader.load() },
    },
    context: ({ access: { principal } }) => {
      const name = principal.kind === 'user' ? principal.subject : 'nobody'
      const batch: string[] = []
      const loader = {
        // As a DataLoader: what is asked in one tick is answered as one batch, whoever asked.
        load: async () => {
          batch.push(name)
          await new Promise((resolve) => setImmediate(resolve))
          return [...new Set(batch)].join(' and ')
        },
      }
      loaders.push(loader)
      return { loader }
    },
    holds: [
      [ada, member(logs, frames)],
      [grace, member(logs)],
    ],
  })
})
afterEach(() => subgraph.stop())

const subscribe = async (socket: RawSocket, id: string, principal: Principal, project: Uuid): Promise<void> => {
  const query = 'subscription ($id: ID!) { made(id: $id) { by } }'
  const extensions = { principal: await subgraph.signer.sign(principal, 'storage') }
  socket.send({ id, type: 'subscribe', payload: { query, variables: { id: selfId('prj', project).text }, extensions } })
}
const open = (count: number) => until(`${String(count)} are open`, () => streams.size === count)
const of = ({ messages }: RawSocket, id: string) => messages.filter((message) => message.id === id)
const typesOf = (socket: RawSocket, id: string) => of(socket, id).map(({ type }) => type)

test.each(['/graphql/', '/storage/graphql/', '/graphql?from=1'])('is to be had at %s, too', async (path) => {
  const socket = await openSocket(subgraph.url, undefined, path)
  socket.send({ type: 'connection_init' })
  expect(await socket.message(0)).toMatchObject({ type: 'connection_ack' })
})

describe('a subscription that a gateway holds in a subgraph', () => {
  test('R9: ends with the code of the denial when its caller is removed; others on the connection go on', async () => {
    const socket = await connectSocket(subgraph.url)
    await subscribe(socket, 'ada', ada, logs)
    await subscribe(socket, 'grace', grace, logs)
    await open(2)
    push(logs)
    await until('both have an event', () => of(socket, 'ada').length === 1 && of(socket, 'grace').length === 1)
    await subgraph.change(ada, NO_GRANTS)
    await open(1)
    push(logs)
    await until('the other has one more', () => of(socket, 'grace').length === 2)
    expect([typesOf(socket, 'ada'), typesOf(socket, 'grace')]).toEqual([
      ['next', 'error'],
      ['next', 'next'],
    ])
    expect(of(socket, 'ada')[1]?.payload).toMatchObject([
      { extensions: { code: 'PROJECT_ACCESS_DENIED', correlationId: expect.any(String) } },
    ])
  })

  test('R8: of a disabled user ends as such', async () => {
    const socket = await connectSocket(subgraph.url)
    await subscribe(socket, '1', ada, logs)
    await open(1)
    await subgraph.change(ada, { ...member(logs), disabled: true })
    await until('it has ended', () => typesOf(socket, '1').includes('error'))
    expect(of(socket, '1')[0]?.payload).toMatchObject([{ extensions: { code: 'ACTOR_DISABLED' } }])
    await open(0)
  })

  test('ends without a message once the grants have aged', async () => {
    const socket = await connectSocket(subgraph.url)
    await subscribe(socket, '1', ada, frames)
    await open(1)
    subgraph.changeInSilence(ada, member(logs))
    subgraph.clock.advance(3)
    await until('it has ended', () => typesOf(socket, '1').includes('error'))
  })

  test('has each object of an event decided, by its own project', async () => {
    const socket = await connectSocket(subgraph.url)
    await subscribe(socket, '1', grace, logs)
    await open(1)
    push(frames)
    expect(await socket.message(1)).toMatchObject({
      type: 'next',
      payload: { data: { made: null }, errors: [{ path: ['made'], extensions: { code: 'PROJECT_ACCESS_DENIED' } }] },
    })
  })
})

test('operations of two callers in one tick share no loader, nor do two events of one subscription', async () => {
  const seen = async (principal: Principal): Promise<unknown> => {
    const answer = await fetch(`${subgraph.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [PRINCIPAL_HEADER]: await subgraph.signer.sign(principal, 'storage'),
      },
      body: JSON.stringify({
        query: '{ seen(id: "ID") again: seen(id: "ID") }'.replaceAll('ID', selfId('prj', logs).text),
      }),
    })
    return ((await answer.json()) as { data: unknown }).data // the shape of every GraphQL answer
  }
  const answers = await Promise.all([ada, grace, ada, grace].map(seen))
  expect(answers).toEqual(['ada', 'grace', 'ada', 'grace'].map((name) => ({ seen: name, again: name })))
  expect(new Set(loaders).size).toBe(4)

  const socket = await connectSocket(subgraph.url)
  await subscribe(socket, 'ada', ada, logs)
  await subscribe(socket, 'grace', grace, logs)
  await open(2)
  const before = loaders.length
  push(logs)
  push(logs)
  await until('each has both events', () => of(socket, 'ada').length === 2 && of(socket, 'grace').length === 2)
  expect(of(socket, 'ada').map(({ payload }) => payload)).toEqual([1, 2].map(() => ({ data: { made: { by: 'ada' } } })))
  expect(of(socket, 'grace').map(({ payload }) => payload)).toEqual(
    [1, 2].map(() => ({ data: { made: { by: 'grace' } } })),
  )
  expect(loaders.length - before).toBeGreaterThanOrEqual(4)
})
