import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { introspectionFromSchema, parse, printSchema } from 'graphql'
import { OPERATIONS } from '../../bench/operations.ts'
import { plannedOf } from '../../test/federation/stage/topic.ts'
import { TOPICS } from '../../test/federation/topics/topics.ts'
import { federatedGraph } from '../../test/testkit/federated-graph.ts'
import { stockGateway } from '../../test/testkit/stock-gateway.ts'
import { generationOf } from './generation-of.ts'
import { planOperation } from './planning/plan-operation.ts'
import { planningSdl } from './planning/planning-sdl.ts'

/** Loaded by @apollo/gateway: what it shows to clients, and the planner that it has made. */
const byApollo = async (supergraphSdl: string) => {
  const gateway = stockGateway({
    supergraphSdl,
    validateSupergraph: true,
    queryPlannerConfig: { exposeDocumentNodeInFetchNode: true },
    buildService: () => ({ process: () => Promise.reject(new Error('Nothing is fetched here')) }),
  })
  try {
    const { schema } = await gateway.load()
    const { queryPlanner } = gateway.__testing()
    if (!queryPlanner) throw new Error('no planner was made')
    return { schema, planner: queryPlanner }
  } finally {
    await gateway.stop()
  }
}

const GRAPHS: readonly (readonly [name: string, sdl: string, queries: readonly string[]])[] = [
  [
    'the product',
    readFileSync(join(import.meta.dirname, '../../schema/supergraph.graphql'), 'utf8'),
    OPERATIONS.map(({ query }) => query),
  ],
  ...TOPICS.map(({ name, subgraphs, cases }) => {
    const services = Object.entries(subgraphs).map(
      ([subgraph, typeDefs]) => [subgraph, { typeDefs, resolvers: {} }] as const,
    )
    return [name, federatedGraph(Object.fromEntries(services)).sdl, plannedOf(cases)] as const
  }),
]

test.each(GRAPHS)('%s: the schema and the plans are those of @apollo/gateway', async (_, sdl, queries) => {
  const ours = await generationOf(sdl)
  const planning = planningSdl(sdl)
  const apollo = await byApollo(planning.sdl)

  expect(printSchema(ours.apiSchema)).toBe(printSchema(apollo.schema))
  expect(introspectionFromSchema(ours.apiSchema)).toEqual(introspectionFromSchema(apollo.schema))

  const planByApollo = planOperation(apollo.planner, planning)
  for (const document of queries.map((query) => parse(query)))
    expect(await ours.plan(document, '')).toEqual(planByApollo(document, ''))
  await ours.close()
})

const JOIN = 'https://specs.apollo.dev/join/v0.3'
const linked = (links: string): string => `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") ${links} { query: Query }
  directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  directive @join__graph(name: String!, url: String!) on ENUM_VALUE
  scalar link__Import
  enum link__Purpose { SECURITY EXECUTION }
  enum join__Graph { A @join__graph(name: "a", url: "") }
  type Query { plan: String }`

test.each([
  ['that is no GraphQL', 'type Query {'],
  ['that is no supergraph', 'type Query { plan: String }'],
  ['without join', linked('')],
  ['with a join to come', linked('@link(url: "https://specs.apollo.dev/join/v9.9", for: EXECUTION)')],
  [
    'with a feature that is not kept',
    linked(`@link(url: "${JOIN}", for: EXECUTION) @link(url: "https://x.example/locks/v1.0", for: SECURITY)`),
  ],
  [
    'that is not valid',
    `${linked(`@link(url: "${JOIN}", for: EXECUTION)`)} interface Plan { at: Int } type Empty implements Plan { x: Int }`,
  ],
])('a supergraph %s is refused in the words of @apollo/gateway', async (_, sdl) => {
  const said = await byApollo(sdl).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : undefined),
  )
  expect(said).toEqual(expect.any(String))
  await expect(generationOf(sdl)).rejects.toMatchObject({
    code: 'SUPERGRAPH_INVALID',
    message: `The supergraph cannot be served: ${said ?? ''}`,
  })
})
