import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Gateway } from '../../gateway/create-gateway.ts'
import { createGeneralGateway } from '../../gateway/general-gateway.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { readConfig } from '../../platform/config/config.ts'
import { silentLog } from '../../platform/log/log.ts'
import { createMetrics } from '../../platform/metrics/metrics.ts'
import { federatedGraph } from '../testkit/federated-graph.ts'
import { readAnswer } from '../testkit/gateway.ts'
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

let folder: string
let gateway: Gateway
let url: string
const servers: HttpSubgraph[] = []
const supergraphs: string[] = []

const put = async (sdl: string): Promise<void> => {
  await writeFile(join(folder, 'next.graphql'), sdl)
  await rename(join(folder, 'next.graphql'), join(folder, 'supergraph.graphql'))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swap-'))
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
  await put(supergraphs[0] ?? '')
  gateway = await createGeneralGateway({
    config: readConfig({ SUPERGRAPH_FILE: join(folder, 'supergraph.graphql') }, ['supergraphFile']),
    clock: systemClock,
    log: silentLog,
    metrics: createMetrics(),
  })
  url = (await gateway.listen(0, '127.0.0.1')).url
})
afterAll(async () => {
  await gateway.stop(0)
  await Promise.all(servers.map((server) => server.close()))
  await rm(folder, { recursive: true })
})

const ask = async (query: string) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = await readAnswer(response)
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
    await put(supergraphs[swap] ?? '')
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

test('one that does not parse changes nothing', async () => {
  await put('type Query {')
  await put(`${supergraphs[0] ?? ''}\ntype Broken { x: Missing }`)
  expect(await ask('{ item { only0 sizes } }')).toEqual({ data: '{"item":{"only0":0,"sizes":0}}', codes: [] })
})
