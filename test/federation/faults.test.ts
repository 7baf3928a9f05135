import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { federatedGraph } from '../testkit/federated-graph.ts'
import { startGeneralGateway, type GeneralGateway } from '../testkit/general-gateway.ts'
import { startHttpSubgraph, type Answer, type HttpSubgraph } from '../testkit/http-subgraph.ts'

const SUBGRAPHS = {
  good: {
    typeDefs: 'type Query { items: [Item!]! calm: Int } type Item @key(fields: "id") { id: ID! name: String }',
    resolvers: {
      Query: {
        calm: () => 1,
        items: () => ['1', '2'].map((id) => ({ id, name: `item ${id}` })),
      },
    },
  },
  bad: {
    typeDefs: 'type Query { root: Int } type Item @key(fields: "id") { id: ID! size: Int sure: Int! }',
    resolvers: { Query: { root: () => 1 }, Item: { size: () => 1, sure: () => 2 } },
  },
}

let gateway: GeneralGateway
let good: HttpSubgraph
let bad: HttpSubgraph

beforeAll(async () => {
  const { schemas } = federatedGraph(SUBGRAPHS)
  const start = (name: keyof typeof SUBGRAPHS): Promise<HttpSubgraph> => {
    const schema = schemas.get(name)
    if (!schema) throw new Error(name)
    return startHttpSubgraph(schema)
  }
  good = await start('good')
  bad = await start('bad')
  const { sdl } = federatedGraph(SUBGRAPHS, { good: good.url, bad: bad.url })
  gateway = await startGeneralGateway(sdl, {
    settings: {
      SUBGRAPH_TIMEOUT_MS: '2500',
      SUBGRAPH_MAX_RESPONSE_BYTES: '1000000',
      SUBGRAPH_CIRCUIT_FAILURES: '0',
    },
  })
})
afterEach(() => bad.answerWith(undefined))
afterAll(async () => {
  await gateway.stop()
  await Promise.all([good.close(), bad.close()])
})

const ask = async (query: string) => {
  const { data, errors } = await gateway.ask(query)
  return {
    data,
    errors: errors.map(({ path, extensions }) => `${path?.join('.') ?? ''} ${String(extensions['code'])}`),
  }
}

const json =
  (body: unknown, status = 200): Answer =>
  (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body))
const entities = (...found: readonly unknown[]): Answer => json({ data: { _entities: found } })

const named = (size: readonly unknown[]) => ({
  items: [
    { name: 'item 1', size: size[0] },
    { name: 'item 2', size: size[1] },
  ],
})
const LARGE = Buffer.alloc(20_000_000, ' ')
const NONE = named([null, null])
const INVALID = 'SUBGRAPH_INVALID_RESPONSE'
const UNAVAILABLE = 'SUBGRAPH_UNAVAILABLE'

test.each<[name: string, answer: Answer, data: unknown, errors: readonly string[]]>([
  ['answers never', () => undefined, NONE, ['items SUBGRAPH_TIMEOUT']],
  ['says 500', json('oops', 500), NONE, [`items ${UNAVAILABLE}`]],
  ['sends broken JSON', json('{"data":{"_entities":[{"size":'), NONE, [`items ${INVALID}`]],
  ['sends JSON of another kind', json('"hello"'), NONE, [`items ${INVALID}`]],
  ['sends too few entities', entities({ size: 1 }), NONE, [`items ${INVALID}`]],
  ['sends too many entities', entities({ size: 1 }, { size: 2 }, { size: 3 }), NONE, [`items ${INVALID}`]],
  ['sends no list of entities', json({ data: { _entities: { size: 1 } } }), NONE, [`items ${INVALID}`]],
  ['sends entities of another kind', entities('a', 7), NONE, [`items ${INVALID}`]],
  [
    'sends a leaf of another kind',
    entities({ size: 'large' }, { size: 2 }),
    named([null, 2]),
    [`items.0.size ${INVALID}`],
  ],
  [
    'sends an object for a leaf',
    entities({ size: { a: 1 } }, { size: [2] }),
    NONE,
    [`items.0.size ${INVALID}`, `items.1.size ${INVALID}`],
  ],
  [
    'sends more than was asked for',
    entities({ size: 1, name: 'no', secret: 1 }, { size: 2, id: 'x' }),
    named([1, 2]),
    [],
  ],
  ['sends errors alone', json({ errors: [{ message: 'secret' }] }), NONE, ['items INTERNAL']],
  [
    'sends errors and null',
    json({ data: null, errors: [{ message: 'secret', path: ['_entities'] }] }),
    NONE,
    ['items INTERNAL'],
  ],
  [
    'sends an error of one entity',
    json({ data: { _entities: [null, { size: 2 }] }, errors: [{ message: 'x', path: ['_entities', 0] }] }),
    named([null, 2]),
    ['items.0 INTERNAL'],
  ],
  [
    'sends twenty times the limit',
    (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(LARGE),
    NONE,
    [`items ${INVALID}`],
  ],
  [
    'sends half a body and resets',
    (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 }).write('{"data":')
      setImmediate(() => request.socket.destroy())
    },
    NONE,
    [`items ${UNAVAILABLE}`],
  ],
  ['resets at once', (request) => void request.socket.destroy(), NONE, [`items ${UNAVAILABLE}`]],
])('a subgraph that %s: the rest of the answer stands, and so do other answers', async (_, answer, data, errors) => {
  bad.answerWith(answer)
  const [broken, calm] = await Promise.all([ask('{ items { name size } }'), ask('{ calm }')])
  expect(calm).toEqual({ data: { calm: 1 }, errors: [] })
  expect(broken).toEqual({ data, errors })
  bad.answerWith(undefined)
  expect(await ask('{ items { name size } }')).toEqual({ data: named([1, 1]), errors: [] })
})

test('a non-null field that cannot be had nulls its parent, with the error of the cause', async () => {
  bad.answerWith(json('oops', 500))
  expect(await ask('{ items { name sure } calm }')).toEqual({ data: null, errors: [`items ${UNAVAILABLE}`] })
  expect(await ask('{ root calm }')).toEqual({ data: { root: null, calm: 1 }, errors: [`root ${UNAVAILABLE}`] })
})
