import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { accessOf, ada, adasGrants } from '../../directives/testkit/guarded-graph.ts'
import type { Requirement } from '../../platform/access/requirement.ts'
import { readAnswer, startGateway, type TestGateway } from '../../test/testkit/gateway.ts'
import { overriding } from '../../test/testkit/overriding.ts'
import { foreign, mine, sibling, tenancy } from '../../test/testkit/graphs/tenancy.ts'
import { DEFAULT_LIMITS } from '../operation/limits.ts'

/** Whichever way an operation comes in, it meets the one preflight. */
let graph: TestGateway
const decided: Requirement[] = []
beforeAll(async () => {
  graph = await startGateway(tenancy, {
    verifier: { authenticate: () => Promise.resolve({ principal: ada, expiresAt: undefined }) },
    access: () => {
      const access = accessOf(adasGrants)
      const decide = (requirement: Requirement) => {
        decided.push(requirement)
        return access.decide(requirement)
      }
      return overriding(access, { decide })
    },
    limits: { maxAliases: 600, maxRootFields: 600, maxTokens: 20_000 },
  })
})
afterAll(() => graph.gateway.stop(0))

const QUERY = 'query ($id: ID!) { project(id: $id) { name secret } other: project(id: "x") { name } }'
const variables = { id: sibling }
const DENIED = {
  data: { project: { name: `name of ${sibling}`, secret: null }, other: null },
  codes: [
    ['project.secret', 'CAPABILITY_REQUIRED'],
    ['other', 'INVALID_ID'],
  ],
}

interface Answer {
  readonly data?: unknown
  readonly errors?: readonly {
    readonly path?: readonly unknown[]
    readonly extensions?: Readonly<Record<string, unknown>>
  }[]
}
const seen = ({ data, errors = [] }: Answer) => ({
  data,
  codes: errors.map(({ path, extensions }) => [path?.join('.'), extensions?.['code']]),
})

const overWebSocket = async (query: string, sent: Record<string, unknown> = {}): Promise<ReturnType<typeof seen>[]> => {
  const client = createClient({
    url: `${graph.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: 'Bearer token' },
  })
  try {
    const answers: ReturnType<typeof seen>[] = []
    for await (const result of client.iterate({ query, variables: sent })) answers.push(seen(result as Answer))
    return answers
  } catch (errors) {
    return [seen({ data: null, errors: errors as NonNullable<Answer['errors']> })]
  } finally {
    await client.dispose()
  }
}

const sentBy = async <T>(act: () => Promise<T>) => {
  const before = graph.graph.sent.length
  return { answer: await act(), sent: graph.graph.sent.slice(before) }
}

const get = async (parameters: Record<string, unknown>) => {
  const search = new URLSearchParams(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
  return readAnswer(await fetch(`${graph.url}/graphql?${search}`, { headers: { 'apollo-require-preflight': 'true' } }))
}

describe('the same denial', () => {
  test.each([
    ['POST', async () => [seen(await graph.ask({ query: QUERY, variables }))]],
    ['GET', async () => [seen(await get({ query: QUERY, variables }))]],
    ['WebSocket', () => overWebSocket(QUERY, variables)],
  ])('by %s', async (_, act) => {
    const { answer, sent } = await sentBy(act)
    expect(answer).toEqual([DENIED])
    expect(sent.map(({ operation }) => operation).join()).not.toMatch(/secret|other/)
  })
})

describe('is refused, and fetches nothing:', () => {
  const hash = createHash('sha256').update(QUERY).digest('hex')
  const persisted = { persistedQuery: { version: 1, sha256Hash: hash } }
  test.each([
    ['a batch', [{ query: QUERY, variables }], 'BAD_REQUEST'],
    ['the hash of an operation that nobody sent', { extensions: persisted, variables }, 'PERSISTED_QUERY_NOT_FOUND'],
    [
      '@defer',
      { query: `query ($id: ID!) { project(id: $id) { ... @defer { secret } } }`, variables },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['@stream', { query: '{ viewer { projects @stream { name } } }' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a cycle of fragments',
      { query: '{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }' },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a bomb of fragments',
      {
        query: `{ viewer { projects { ...F0 } } } ${Array.from({ length: 14 }, (_, n) => `fragment F${n} on Project { a${n}: organization { projects { ...F${n + 1} } } b${n}: organization { projects { ...F${n + 1} } } }`).join(' ')} fragment F14 on Project { name }`,
      },
      'OPERATION_TOO_DEEP',
    ],
    [
      'a scope directive in an operation',
      { query: `{ project(id: "${foreign}") @public(reason: "because I say so") { name } }` },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a skip that is not a boolean', { query: '{ viewer @skip(if: "false") { name } }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s', async (_, body, code) => {
    const { answer, sent } = await sentBy(() => graph.ask(body))
    expect(answer.errors.map(({ extensions }) => extensions['code'])).toContain(code)
    expect(sent).toEqual([])
  })
})

test.each([
  ['POST', async (query: string) => [seen(await graph.ask({ query }))]],
  ['GET', async (query: string) => [seen(await get({ query }))]],
  ['a persisted operation', async (query: string) => persisted(query)],
  ['WebSocket', (query: string) => overWebSocket(query)],
])('by %s no alias passes for the type name', async (_, act) => {
  const { answer, sent } = await sentBy(() =>
    act('{ viewer { __typename: projects { __typename: name budget secret } } }'),
  )
  const shown = (id: string, secret: string | null) => ({ __typename: `name of ${id}`, budget: 9, secret })
  expect(answer).toEqual([
    {
      data: { viewer: { __typename: [shown(mine, `secret of ${mine}`), null, shown(sibling, null)] } },
      codes: [
        ['viewer.__typename.1', 'PROJECT_ACCESS_DENIED'],
        ['viewer.__typename.2.secret', 'CAPABILITY_REQUIRED'],
      ],
    },
  ])
  expect(JSON.stringify(sent)).not.toContain(foreign)
})

const persistedOf = (query: string) => ({
  persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
})

const persisted = async (query: string) => {
  const extensions = persistedOf(query)
  await graph.ask({ query, extensions })
  return [seen(await graph.ask({ extensions }))]
}

test('a persisted operation is decided like one that is sent, each time', async () => {
  const extensions = persistedOf(QUERY)
  await graph.ask({ query: QUERY, extensions, variables: { id: mine } })
  const answer = await graph.ask({ extensions, variables })
  expect(seen(answer)).toEqual(DENIED)
})

describe('a subscription', () => {
  test('is refused at its root, and subscribes to nothing', async () => {
    const query = 'subscription ($id: ID!) { changes(id: $id) { name } }'
    expect(await overWebSocket(query, { id: foreign })).toMatchObject([
      { codes: [['changes', 'PROJECT_ACCESS_DENIED']] },
    ])
    expect(await overWebSocket(query, { id: mine })).toEqual([
      { data: { changes: { name: `name of ${mine}` } }, codes: [] },
    ])
  })

  test('has what is below its root decided: beforehand where the scope is known, else in each event', async () => {
    expect(
      await overWebSocket('subscription ($id: ID!) { changes(id: $id) { name secret spend { amount } } }', {
        id: sibling,
      }),
    ).toEqual([
      {
        data: { changes: { name: `name of ${sibling}`, secret: null, spend: null } },
        codes: [
          ['changes.secret', 'CAPABILITY_REQUIRED'],
          ['changes.spend', 'CAPABILITY_REQUIRED'],
        ],
      },
    ])
    const { answer, sent } = await sentBy(() => overWebSocket('subscription { allChanges { name budget } }'))
    expect(answer).toEqual([
      { data: { allChanges: { name: `name of ${mine}`, budget: 9 } }, codes: [] },
      { data: { allChanges: null }, codes: [['allChanges', 'PROJECT_ACCESS_DENIED']] },
      { data: { allChanges: { name: `name of ${sibling}`, budget: 9 } }, codes: [] },
    ])
    expect(JSON.stringify(sent)).not.toContain(foreign)
  })
})

describe('what a hostile client writes', () => {
  test('prototype names are aliases like any other', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype']
    const query = `query ($id: ID!) { ${names.map((name) => `${name}: project(id: $id) { ${name}: secret ${name}_: name }`).join(' ')} }`
    const { data, errors, text } = await graph.ask({ query, variables })
    expect(errors.map(({ path }) => path)).toEqual(names.map((name) => [name, name]))
    const each = names.map((name) => `"${name}":{"${name}":null,"${name}_":"name of ${sibling}"}`)
    expect(text).toContain(`{${each.join()}}`)
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['secret']).toBeUndefined()
  })

  test('500 aliases of one guarded field are decided once, and each has its error', async () => {
    const aliases = Array.from({ length: 500 }, (_, index) => `a${index}: project(id: $id) { name }`)
    decided.length = 0
    const { errors, status } = await graph.ask({
      query: `query ($id: ID!) { ${aliases.join(' ')} }`,
      variables: { id: foreign },
    })
    expect([status, errors.length]).toEqual([200, 500])
    // The caller, the field's own rule, and that of the object that it returns.
    expect(decided.length).toBeLessThanOrEqual(3)
  })

  test('as many aliases as that are refused where the limits are those of production', async () => {
    expect(DEFAULT_LIMITS.maxAliases).toBeLessThan(500)
    const many = Array.from({ length: 601 }, (_, index) => `a${index}: name`)
    const { answer, sent } = await sentBy(() => graph.ask({ query: `{ viewer { ${many.join(' ')} } }` }))
    expect([answer.errors[0]?.extensions['code'], sent]).toEqual(['OPERATION_TOO_MANY_ALIASES', []])
  })

  test('fragments spread in many places are decided in each', async () => {
    const query = `query ($a: ID!, $b: ID!) { a: project(id: $a) { ...P } b: project(id: $b) { ...P } viewer { projects { ...P } } }
      fragment P on Project { ...S ... on Project { ...S } ...T } fragment S on Project { secret } fragment T on Thing { ... on Project { ...S } }`
    const { data, errors } = await graph.ask({ query, variables: { a: mine, b: sibling } })
    expect(data).toEqual({
      a: { secret: `secret of ${mine}` },
      b: { secret: null },
      viewer: { projects: [{ secret: `secret of ${mine}` }, null, { secret: null }] },
    })
    expect(errors.map(({ path }) => path?.join('.'))).toEqual([
      'b.secret',
      'viewer.projects.1',
      'viewer.projects.2.secret',
    ])
  })
})
