import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { accessOf, ada, adasGrants } from '../../directives/testkit/guarded-graph.ts'
import { federatedGraph, type TestSubgraph } from '../../test/testkit/federated-graph.ts'
import { startGateway, type AskedError } from '../../test/testkit/gateway.ts'
import {
  appId,
  foreign,
  foreignOrganizationId,
  mine,
  organizationId,
  sibling,
  tenancy,
} from '../../test/testkit/graphs/tenancy.ts'
import { startHttpSubgraph } from '../../test/testkit/http-subgraph.ts'
import { silentLog } from '../../platform/log/log.ts'
import { createGateway } from '../create-gateway.ts'
import { httpTransport } from '../transport/http-transport.ts'

/**
 * The tenancy graph, in which everything is called what another type is: whoever asks for names as `__typename` is told
 * that a project is a leaflet, which has no rule. Each operation is sent as `lie` and as `__typename`: what the alias is
 * may change nothing but the alias.
 */
const CALLED = { App: 'Leaflet', Project: 'Leaflet', Leaflet: 'Project', Organization: 'Project', Viewer: 'News' }

const { resolvers } = tenancy.projects
const lying: Record<string, TestSubgraph> = {
  ...tenancy,
  projects: {
    ...tenancy.projects,
    resolvers: {
      ...resolvers,
      ...Object.fromEntries(
        Object.entries(CALLED).map(([type, name]) => [
          type,
          Object.assign({}, Reflect.get(resolvers, type), { name: () => name }),
        ]),
      ),
    },
  },
}

const callers = {
  verifier: { authenticate: () => Promise.resolve({ principal: ada, expiresAt: undefined }) },
  access: () => Promise.resolve(accessOf(adasGrants)),
}

interface Answer {
  readonly data?: unknown
  readonly errors?: readonly Pick<AskedError, 'path' | 'extensions'>[]
}

/** What was answered, byte for byte where it is data, and what the subgraphs were asked. */
interface Seen {
  readonly data: string
  readonly errors: readonly unknown[]
  readonly sent: string
}

type Ask = (query: string, variables: Readonly<Record<string, unknown>>) => Promise<Seen>

const codesOf = (errors: Answer['errors'] = []) =>
  errors.map(({ path, extensions }) => [path?.join('.'), extensions['code']])

const closes: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const close of closes.toReversed()) await close()
})

const inProcess = async (): Promise<{ ask: Ask; url: string }> => {
  const graph = await startGateway(lying, callers)
  closes.push(() => graph.gateway.stop(0))
  return {
    url: graph.url,
    ask: async (query, variables) => {
      graph.graph.sent.length = 0
      const { data, errors } = await graph.ask({ query, variables })
      return { data: JSON.stringify(data), errors: codesOf(errors), sent: JSON.stringify(graph.graph.sent) }
    },
  }
}

const overHttp = async (): Promise<{ ask: Ask }> => {
  const { schemas } = federatedGraph(lying)
  const servers = await Promise.all(
    [...schemas].map(async ([name, schema]) => [name, await startHttpSubgraph(schema)] as const),
  )
  const { sdl } = federatedGraph(lying, Object.fromEntries(servers.map(([name, { url }]) => [name, url])))
  const gateway = await createGateway({
    supergraph: { sdl },
    transports: (name, url) => httpTransport({ name, url, timeoutMs: 2000 }),
    log: silentLog,
    production: false,
    ...callers,
  })
  const { url } = await gateway.listen(0, '127.0.0.1')
  closes.push(
    ...servers.map(
      ([, server]) =>
        () =>
          server.close(),
    ),
    () => gateway.stop(0),
  )
  return {
    ask: async (query, variables) => {
      const before = servers.map(([, { received }]) => received.length)
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      })
      const { data, errors } = (await response.json()) as Answer
      const sent = servers.map(([, { received }], index) => received.slice(before[index]).map(({ body }) => body))
      return { data: JSON.stringify(data), errors: codesOf(errors), sent: JSON.stringify(sent) }
    },
  }
}

let transports: Readonly<Record<'in process' | 'over HTTP', Ask>>
let url: string
beforeAll(async () => {
  const near = await inProcess()
  url = near.url
  transports = { 'in process': near.ask, 'over HTTP': (await overHttp()).ask }
})

const LIES: readonly [name: string, query: string, variables?: Readonly<Record<string, unknown>>][] = [
  ['rows of a list', '{ viewer { lie: name projects { lie: name secret budget spend { amount } } } }'],
  ['rows that the alias hides the scope of', '{ viewer { projects { lie: id secret budget } } }'],
  [
    'objects of an interface',
    '{ viewer { favourite { things { lie: name ... on Project { secret budget app { title } } ... on App { title } } } } }',
  ],
  [
    'members of a union',
    '{ viewer { favourite { any { ... on Leaflet { lie: name } ... on Project { lie: name secret budget } } } } }',
  ],
  [
    'members of a union by fragments',
    'query { viewer { favourite { any { ...P } things { ...P } } } } fragment P on Project { lie: name ...S } fragment S on Project { app { lie: name title } spend { lie: amount } }',
  ],
  ['a list that is called so', '{ viewer { lie: projects { lie: name budget } } }'],
  ['what must not be null', '{ viewer { name lie: strict { lie: name } } news { text } }'],
  [
    'a root that is denied',
    'query ($id: ID!) { lie: project(id: $id) { lie: name secret } news { text } }',
    { id: foreign },
  ],
  ['a field that is denied', 'query ($id: ID!) { lie: project(id: $id) { name lie: secret } }', { id: sibling }],
  [
    'fields elsewhere that are denied',
    'query ($id: ID!) { lie: project(id: $id) { lie: spend { lie: amount } buckets { lie: key } } }',
    { id: sibling },
  ],
  [
    'over an edge that leaves its scope',
    '{ news { lie: newest { lie: name } all { lie: organization { lie: books } } } }',
  ],
  [
    'an organization',
    'query ($id: ID!) { lie: organization(id: $id) { lie: books projects { lie: name } } }',
    { id: organizationId },
  ],
  [
    'a foreign organization',
    'query ($id: ID!) { lie: organization(id: $id) { lie: name } }',
    { id: foreignOrganizationId },
  ],
  ['a thing by its id', 'query ($id: ID!) { lie: node(id: $id) { lie: name ... on App { title } } }', { id: appId }],
  [
    'arguments',
    'query ($ids: [ID!]!) { lie: many(where: { items: [{ ids: $ids }] }) { lie: name } }',
    { ids: [mine, foreign] },
  ],
  ['defaults', '{ lie: defaulted { lie: name } }'],
  ['a mutation', 'mutation ($id: ID!) { lie: rename(id: $id) { lie: project { lie: name secret } } }', { id: mine }],
  [
    'a mutation that is denied below',
    'mutation ($id: ID!) { other: touch(ids: [$id]) { name } lie: rename(id: $id) { lie: project { lie: secret } } }',
    { id: sibling },
  ],
  [
    'a mutation beside one that is denied',
    `mutation { lie: found(name: "new") { lie: organization { name } } no: rename(id: "${foreign}") { project { lie: id } } }`,
  ],
  ['what is decided after a mutation', 'mutation { lie: found(name: "new") { lie: organization { lie: name } } }'],
]

const asTypename = (text: string): string => text.replaceAll('lie', '__typename')

describe.each(['in process', 'over HTTP'] as const)('%s', (transport) => {
  test.each(LIES)('%s: as under any other alias', async (_, query, variables = {}) => {
    const ask = transports[transport]
    const plain = await ask(query, variables)
    const called = await ask(asTypename(query), variables)
    expect(called.data).toBe(asTypename(plain.data))
    expect(called.errors).toEqual(JSON.parse(asTypename(JSON.stringify(plain.errors))))
    // The same is fetched, of the same things, under a name that is nobody's.
    expect(called.sent).toBe(plain.sent.replaceAll('lie', 'typename_'))
    expect(called.data).not.toContain(`of ${foreign}`)
    if (!variables['id']) expect(called.sent).not.toContain(foreign)
  })

  test('of a list no row is told, or asked for, that is not the caller’s', async () => {
    const { data, errors, sent } = await transports[transport](
      '{ viewer { favourite { things { __typename: name ... on Project { secret budget } } } } }',
      {},
    )
    expect(JSON.parse(data)).toEqual({
      viewer: {
        favourite: {
          things: [
            { __typename: 'Project' },
            { __typename: 'Leaflet', secret: `secret of ${mine}`, budget: 9 },
            null,
            { __typename: 'Leaflet', secret: null, budget: 9 },
            { __typename: 'Leaflet' },
          ],
        },
      },
    })
    expect(errors).toEqual([
      ['viewer.favourite.things.2', 'PROJECT_ACCESS_DENIED'],
      ['viewer.favourite.things.3.secret', 'CAPABILITY_REQUIRED'],
    ])
    expect(sent).not.toContain(foreign)
  })

  test('a mutation that is refused answers in the client’s names, and runs nothing', async () => {
    const { data, errors, sent } = await transports[transport](
      `mutation { other: rename(id: "${sibling}") { project { __typename: secret } } __typename: found(name: "new") { organization { id } } t: __typename }`,
      {},
    )
    expect(data).toBe('{"other":null,"__typename":null,"t":"Mutation"}')
    expect(errors).toEqual([
      ['other.project.__typename', 'CAPABILITY_REQUIRED'],
      ['__typename', 'MUTATION_REFUSED'],
    ])
    expect(sent).not.toMatch(/rename|found/)
  })
})

test('each event of a subscription is decided as under any other alias', async () => {
  const events = async (query: string) => {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: 'Bearer token' },
    })
    const seen: unknown[] = []
    for await (const { data, errors } of client.iterate({ query }))
      seen.push([data, codesOf(errors as unknown as Answer['errors'])])
    await client.dispose()
    return seen
  }
  const found = await events('subscription { __typename: allChanges { __typename: name budget secret } }')
  expect(found).toEqual([
    [{ __typename: { __typename: 'Leaflet', budget: 9, secret: `secret of ${mine}` } }, []],
    [{ __typename: null }, [['__typename', 'PROJECT_ACCESS_DENIED']]],
    [
      { __typename: { __typename: 'Leaflet', budget: 9, secret: null } },
      [['__typename.secret', 'CAPABILITY_REQUIRED']],
    ],
  ])
})
