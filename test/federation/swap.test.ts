import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createLog } from '../../platform/log/log.ts'
import { federatedGraph } from '../testkit/federated-graph.ts'
import { startGeneralGateway, type GeneralGateway } from '../testkit/general-gateway.ts'
import { startHttpSubgraph, type HttpSubgraph } from '../testkit/http-subgraph.ts'
import { until } from '../testkit/until.ts'

/** Two subgraphs that say which generation they are of, and a field of that generation alone. */
const generation = (number: number) => ({
  items: {
    typeDefs: `type Query { item: Item! } type Item @key(fields: "id") { id: ID! items: Int! only${number}: Int! }`,
    resolvers: { Query: { item: () => ({ id: 'i', items: number, [`only${number}`]: number }) } },
  },
  sizes: {
    typeDefs: 'type Item @key(fields: "id") { id: ID! sizes: Int! }',
    resolvers: { Item: { sizes: () => number } },
  },
})

let gateway: GeneralGateway
const servers: HttpSubgraph[] = []
const supergraphs: string[] = []
const complaints: string[] = []
const log = createLog({ level: 'error', format: 'json', destination: { write: (line) => void complaints.push(line) } })

beforeAll(async () => {
  for (const subgraphs of [generation(0), generation(1)]) {
    const { schemas } = federatedGraph(subgraphs)
    const started = await Promise.all(
      [...schemas].map(async ([name, schema]) => [name, await startHttpSubgraph(schema)] as const),
    )
    servers.push(...started.map(([, server]) => server))
    supergraphs.push(
      federatedGraph(subgraphs, Object.fromEntries(started.map(([name, server]) => [name, server.url]))).sdl,
    )
  }
  gateway = await startGeneralGateway(supergraphs[0] ?? '', { log })
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all(servers.map((server) => server.close()))
})

const ask = async (query: string) => {
  const { data, errors } = await gateway.ask(query)
  return { data: JSON.stringify(data), codes: errors.map(({ extensions }) => extensions['code']) }
}

test('while the supergraph changes under load every operation is answered, by one generation alone', async () => {
  const seen = new Set<string>()
  let answered = 0
  let isOver = false
  const load = Array.from({ length: 8 }, async (_, client) => {
    while (!isOver) {
      const { data, codes } = await ask(`{ item { items sizes a${client}: items } }`)
      expect(codes).toEqual([])
      seen.add(data)
      answered++
      const [own, ...others] = [await ask('{ item { only0 sizes } }'), await ask('{ item { only1 sizes } }')]
      for (const answer of [own, ...others])
        expect(answer).toMatchObject(
          answer.codes.length > 0
            ? { codes: ['GRAPHQL_VALIDATION_FAILED'] }
            : { data: expect.stringMatching(/^\{"item":\{"only(\d)":\1,"sizes":\1\}\}$/) },
        )
    }
  })
  for (const swap of [1, 0, 1, 0]) {
    const before = answered
    await gateway.put(supergraphs[swap] ?? '')
    await until('the new generation answers', async () => (await ask(`{ item { only${swap} } }`)).codes.length === 0)
    await until('operations have run on it', () => answered > before + 16)
  }
  isOver = true
  await Promise.all(load)
  for (const data of seen) expect(data).toMatch(/^\{"item":\{"items":(\d),"sizes":\1,"a\d":\1\}\}$/)
  expect(new Set([...seen].map((data) => data.slice(0, 18)))).toEqual(
    new Set(['{"item":{"items":0', '{"item":{"items":1']),
  )
})

test.each([
  ['does not parse', () => 'type Query {'],
  ['is no supergraph', () => `${supergraphs[1] ?? ''}\ntype Broken { x: Missing }`],
])('one that %s is refused, and changes nothing', async (_, refused) => {
  complaints.length = 0
  await gateway.put(refused())
  await until('it is refused', () => complaints.some((line) => line.includes('the one before stays in use')))
  expect(await ask('{ item { only0 sizes } }')).toEqual({ data: '{"item":{"only0":0,"sizes":0}}', codes: [] })
  await gateway.put(supergraphs[1] ?? '')
  await until('the next one answers', async () => (await ask('{ item { only1 } }')).codes.length === 0)
  await gateway.put(supergraphs[0] ?? '')
  await until('the first one answers', async () => (await ask('{ item { only0 } }')).codes.length === 0)
})
