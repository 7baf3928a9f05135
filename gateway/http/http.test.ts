import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { exportJWK, generateKeyPair } from 'jose'
import { ANONYMOUS } from '../../platform/access/principal.ts'
import { catalogued, ERROR_CATALOGUE, isErrorCode } from '../../platform/errors/catalogue.ts'
import { createMetrics } from '../../platform/metrics/metrics.ts'
import { until } from '../../test/testkit/until.ts'
import { readAnswer, startGateway, type Asked, type TestGateway } from '../../test/testkit/gateway.ts'
import { shopSubgraphs } from '../../test/testkit/graphs/shop.ts'

let shop: TestGateway
beforeAll(async () => {
  shop = await startGateway(shopSubgraphs, {
    metrics: createMetrics({ process: 'left out' }),
    corsOrigins: ['https://console.example.com'],
    limits: { maxAliases: 15, maxRootFields: 20, maxDepth: 8, maxTokens: 800, maxCost: 200 },
    verifier: {
      authenticate: (authorization) =>
        authorization === undefined || authorization === 'Bearer good'
          ? Promise.resolve({ principal: ANONYMOUS, expiresAt: undefined })
          : Promise.reject(catalogued(authorization === 'Bearer unsure' ? 'IDENTITY_UNAVAILABLE' : 'UNAUTHENTICATED')),
    },
  })
})
afterAll(() => shop.gateway.stop(0))

/** R84: whatever went wrong, the shape is the same, and nothing of the inside is in it. */
const expectCatalogued = ({ errors, headers, text }: Asked, code: string): void => {
  expect(errors.map(({ extensions }) => extensions['code'])).toContain(code)
  for (const { message, extensions } of errors) {
    expect(message).not.toBe('')
    expect(isErrorCode(extensions['code'])).toBe(true)
    expect(extensions).toMatchObject({
      correlationId: headers.get('x-correlation-id'),
      retryable: ERROR_CATALOGUE[code as keyof typeof ERROR_CATALOGUE].retryable,
      docsUrl: `https://docs.gpuaas.example/errors#${code}`,
    })
  }
  expect(text).not.toMatch(/stack|node_modules|\.ts:|\.js:|Did you mean|catalog"|accounts"/)
}

const many = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ')

/** Stands for itself in the table: a test's title must not hold it. */
const FIVE_MEGABYTES = Symbol('5 MB')

const badRequests: readonly (readonly [
  name: string,
  body: unknown,
  status: number,
  code: string,
  headers?: Record<string, string>,
])[] = [
  ['broken JSON', '{"query": "{ plan }', 400, 'INVALID_JSON'],
  ['an empty body', '', 400, 'INVALID_JSON'],
  [
    'a query under the hash of another',
    { query: '{ plan }', extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } },
    400,
    'BAD_REQUEST',
  ],
  [
    'a key that would reach the prototype',
    '{"query": "{ plan }", "__proto__": {"polluted": true}}',
    400,
    'INVALID_JSON',
  ],
  [
    'the same, written with escapes',
    String.raw`{"query": "{ plan }", "\u005f_proto_\u005f": {"polluted": true}}`,
    400,
    'INVALID_JSON',
  ],
  [
    'a key that would reach it by another way',
    '{"query": "{ plan }", "variables": {"constructor": {"prototype": {"polluted": true}}}}',
    400,
    'INVALID_JSON',
  ],
  ['a body of 5 MB', FIVE_MEGABYTES, 413, 'BODY_TOO_LARGE'],
  ['text', '{ plan }', 415, 'UNSUPPORTED_MEDIA_TYPE', { 'content-type': 'text/plain' }],
  ['a form', 'query={plan}', 415, 'UNSUPPORTED_MEDIA_TYPE', { 'content-type': 'application/x-www-form-urlencoded' }],
  [
    'GraphQL as its own content type',
    '{ plan }',
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    { 'content-type': 'application/graphql' },
  ],
  ['a JSON text', '"{ plan }"', 400, 'BAD_REQUEST'],
  ['null', 'null', 400, 'BAD_REQUEST'],
  ['an empty object', {}, 400, 'BAD_REQUEST'],
  ['no query', { variables: {} }, 400, 'BAD_REQUEST'],
  ['a query that is a number', { query: 7 }, 400, 'BAD_REQUEST'],
  ['an empty query', { query: '' }, 400, 'BAD_REQUEST'],
  ['variables that are a text', { query: '{ plan }', variables: '{}' }, 400, 'BAD_REQUEST'],
  ['an operation name that is a number', { query: '{ plan }', operationName: 7 }, 400, 'BAD_REQUEST'],
  ['a batch', [{ query: '{ plan }' }, { query: '{ plan }' }], 400, 'BAD_REQUEST'],
  ['a subscription over HTTP', { query: 'subscription { x }' }, 400, 'BAD_REQUEST'],
  ['a syntax error', { query: '{ plan' }, 400, 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', { query: '{ pla }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['an unknown type', { query: '{ me { ... on Usr { id } } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['an unknown argument', { query: '{ user(idd: 1) { id } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['@defer', { query: '{ me { id ... @defer { name } } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['a wrong type in a literal', { query: '{ byKind(kind: BOK) { upc } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a wrong type in a variable',
    { query: 'query ($kind: Kind!) { byKind(kind: $kind) { upc } }', variables: { kind: 'BOK' } },
    400,
    'INVALID_INPUT',
  ],
  ['a missing variable', { query: 'query ($id: ID!) { user(id: $id) { id } }' }, 400, 'INVALID_INPUT'],
  ['an unknown operation name', { query: 'query A { plan }', operationName: 'B' }, 400, 'OPERATION_NOT_FOUND'],
  ['two operations and no name', { query: 'query A { plan } query B { plan }' }, 400, 'OPERATION_NOT_FOUND'],
  ['fragments alone', { query: 'fragment A on Query { plan }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['too many tokens', { query: `{ ${many(900, () => 'plan')} }` }, 400, 'TOKEN_LIMIT'],
  [
    'too deep',
    { query: `{ me ${'{ reviews { author '.repeat(5)} { id } ${'} }'.repeat(5)} }` },
    400,
    'OPERATION_TOO_DEEP',
  ],
  [
    'too deep by fragments',
    {
      query: `{ me { ...A } } ${many(6, (index) => `fragment ${'ABCDEFG'[index] ?? ''} on User { reviews { author { ...${'ABCDEFG'[index + 1] ?? ''} } } }`)} fragment G on User { id }`,
    },
    400,
    'OPERATION_TOO_DEEP',
  ],
  [
    'too many aliases',
    { query: `{ me { ${many(16, (index) => `a${index}: name`)} } }` },
    400,
    'OPERATION_TOO_MANY_ALIASES',
  ],
  [
    'lists within lists',
    { query: '{ me { reviews { author { reviews { author { id } } } } } }' },
    400,
    'OPERATION_TOO_COSTLY',
  ],
  ['too many root fields', { query: `{ ${many(21, () => 'plan')} }` }, 400, 'OPERATION_TOO_LARGE'],
  [
    'too many root fields by fragments',
    { query: `{ ...A ...A ...A } fragment A on Query { ${many(8, () => 'plan')} }` },
    400,
    'OPERATION_TOO_LARGE',
  ],
  [
    'a fragment bomb',
    {
      query: `{ me { reviews { ...A } } } ${many(13, (index) => `fragment ${String.fromCharCode(65 + index)} on Review { ...${String.fromCharCode(66 + index)} ...${String.fromCharCode(66 + index)} }`)} fragment N on Review { id stars }`,
    },
    400,
    'OPERATION_TOO_LARGE',
  ],
  [
    'fragments in a circle',
    { query: '{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }' },
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'a bad credential, public fields included',
    { query: '{ plan }' },
    401,
    'UNAUTHENTICATED',
    { authorization: 'Bearer forged' },
  ],
  [
    'credentials while nobody can check them',
    { query: '{ plan }' },
    503,
    'IDENTITY_UNAVAILABLE',
    { authorization: 'Bearer unsure' },
  ],
  ['nothing acceptable', { query: '{ plan }' }, 406, 'NOT_ACCEPTABLE', { accept: 'text/csv' }],
]

test.each(badRequests)('R84: %s gets one clear, catalogued error', async (_, body, status, code, headers = {}) => {
  const answer = await shop.ask(body === FIVE_MEGABYTES ? { query: 'x'.repeat(5_000_000) } : body, headers)
  expect(answer.status).toBe(status)
  expectCatalogued(answer, code)
  expect(answer.data).toBeUndefined()
})

test('a limit names itself and what was asked', async () => {
  const { errors } = await shop.ask({ query: `{ ${many(21, () => 'plan')} }` })
  expect(errors).toHaveLength(1)
  expect(errors[0]?.extensions).toMatchObject({ limit: 20, requested: 21 })
})

test('the introspection of every client library stays within the limits', async () => {
  const { getIntrospectionQuery } = await import('graphql')
  const { data, errors } = await shop.ask({ query: getIntrospectionQuery() })
  expect(errors).toEqual([])
  expect(data).toHaveProperty('__schema.queryType.name', 'Query')
})

describe('other addresses and methods', () => {
  const at = async (path: string, init: RequestInit = {}) => readAnswer(await fetch(shop.url + path, init))

  test('R84: an unknown address is 404, an unknown method 405, both catalogued', async () => {
    const missing = await at('/nothing')
    expect([missing.status, missing.errors[0]?.extensions['code']]).toEqual([404, 'ROUTE_NOT_FOUND'])
    expectCatalogued(missing, 'ROUTE_NOT_FOUND')
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const refused = await at('/graphql', { method })
      expect([method, refused.status, refused.headers.get('allow')]).toEqual([method, 405, 'GET, POST'])
      expectCatalogued(refused, 'METHOD_NOT_ALLOWED')
    }
    expect((await at('/health/live', { method: 'POST' })).status).toBe(405)
    expect((await at('/%zz')).errors[0]?.extensions['code']).toBe('ROUTE_NOT_FOUND')
  })

  test('bytes that are no HTTP request get a catalogued answer, too', async () => {
    const { port } = new URL(shop.url)
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('NOT HTTP AT ALL\r\n\r\n'))
      let received = ''
      socket.on('data', (chunk) => (received += chunk.toString()))
      socket.on('close', () => resolve(received))
      socket.on('error', reject)
    })
    expect(text).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"BAD_REQUEST"/)
  })

  test('a query by GET needs a header that a foreign page cannot send; a mutation by GET is refused', async () => {
    const query = encodeURIComponent('query Q($id: ID!) { user(id: $id) { name } }')
    const address = `/graphql?query=${query}&variables=${encodeURIComponent('{"id":"u2"}')}`
    expectCatalogued(await at(address), 'CSRF_REFUSED')
    const headers = { 'apollo-require-preflight': 'true' }
    expect((await at(address, { headers })).data).toEqual({ user: { name: 'Ben' } })
    const mutation = `/graphql?query=${encodeURIComponent('mutation { rename(id: "u1", name: "x") { name } }')}`
    const refused = await at(mutation, { headers })
    expect(refused.status).toBe(405)
    expectCatalogued(refused, 'METHOD_NOT_ALLOWED')
  })

  test('a mutation whose answer nobody could read does not run', async () => {
    const before = shop.graph.fetched.length
    const answer = await shop.ask(
      { query: 'mutation { rename(id: "u1", name: "x") { name } }' },
      { accept: 'image/png' },
    )
    expect(answer.status).toBe(406)
    expect(shop.graph.fetched).toHaveLength(before)
  })

  test('health, metrics and readiness answer without a credential', async () => {
    expect((await at('/health/live')).status).toBe(200)
    expect((await at('/health/ready')).status).toBe(200)
    await shop.ask({ query: '{ me { name } }' })
    await fetch(`${shop.url}/graphql`, { method: 'DELETE' })
    await at('/nowhere')
    const { text, headers } = await at('/metrics')
    expect(headers.get('content-type')).toMatch(/^text\/plain/)
    expect(text).toMatch(/gpuaas_subgraph_fetch_duration_seconds_count\{subgraph="accounts",outcome="ok"\} \d/)
    expect(text).toMatch(/gpuaas_graphql_operation_duration_seconds_count\{type="query",outcome="ok"\} \d/)
    const exchanges = (labels: string): string => `gpuaas_http_request_duration_seconds_count{${labels}} `
    expect(text).toContain(exchanges('method="POST",route="/graphql",status="200"'))
    expect(text).toContain(exchanges('method="GET",route="none",status="404"'))
    expect(text).toMatch(/gpuaas_http_request_duration_seconds_count\{method="\w+",route="none",status="405"\} \d/)
  })
})

describe('headers', () => {
  test('every answer carries the security headers and the correlation id of its request', async () => {
    const own = await shop.ask({ query: '{ plan }' }, { 'x-correlation-id': 'my-own-correlation' })
    expect(own.headers.get('x-correlation-id')).toBe('my-own-correlation')
    for (const answer of [own, await shop.ask('{')]) {
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-correlation-id': expect.stringMatching(/^[\w-]{8,64}$/),
      })
      expect(answer.headers.get('x-powered-by')).toBeNull()
    }
  })

  test('an allowed origin may call, another may not', async () => {
    const preflight = (origin: string) =>
      fetch(`${shop.url}/graphql`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })
    const allowed = await preflight('https://console.example.com')
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://console.example.com',
    ])
    const other = await preflight('https://evil.example.com')
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([405, null])
  })
})

describe('the IDE', () => {
  const open = (gateway: TestGateway) =>
    fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })

  test('a browser gets a page that loads nothing from elsewhere, under a policy that lets only it run', async () => {
    const response = await open(shop)
    const html = await response.text()
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(html).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)=["']?https?:/)
    expect(html).toContain("'graphql-transport-ws'")
    expect(response.headers.get('content-security-policy')).toMatch(
      /script-src 'sha256-[\w+/]+=*';.*connect-src 'self'/,
    )
  })

  test('production has neither the page nor introspection', async () => {
    const production = await startGateway(shopSubgraphs, { production: true })
    expect((await open(production)).headers.get('content-type')).not.toMatch(/html/)
    for (const query of ['{ __schema { queryType { name } } }', '{ __type(name: "User") { name } }']) {
      expectCatalogued(await production.ask({ query }), 'INTROSPECTION_DISABLED')
    }
    expect((await production.ask({ query: '{ __typename me { __typename } }' })).data).toEqual({
      __typename: 'Query',
      me: { __typename: 'User' },
    })
    await production.gateway.stop(0)
  })

  test('signs in the demo users that it is given, and nobody else', async () => {
    const tokens = { users: ['owner@shop.example'], issue: (user: string) => Promise.resolve(`token of ${user}`) }
    const gateway = await startGateway(shopSubgraphs, { ide: { tokens } })
    const request = (user: unknown) =>
      fetch(`${gateway.url}/graphql/ide/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user }),
      })
    expect(await (await fetch(`${gateway.url}/graphql/ide/users`)).json()).toEqual({ users: tokens.users })
    expect(await (await request('owner@shop.example')).json()).toEqual({ token: 'token of owner@shop.example' })
    expect((await request('admin@shop.example')).status).toBe(400)
    expect((await fetch(`${shop.url}/graphql/ide/users`)).status).toBe(404)
    await gateway.gateway.stop(0)
  })
})

describe('time', () => {
  const slow = (onCall: (signal: AbortSignal) => void) => ({
    ...shopSubgraphs,
    planner: {
      typeDefs: 'type Query { plan: String }',
      resolvers: { Query: { plan: () => new Promise<string>(() => undefined) } },
    },
    watcher: {
      typeDefs: 'type Query { watch: String }',
      resolvers: { Query: { watch: () => (onCall(new AbortController().signal), 'seen') } },
    },
  })

  test('a request that takes too long is answered with what there is', async () => {
    const { planner: _, ...others } = slow(() => undefined)
    const gateway = await startGateway(
      {
        slow: {
          typeDefs: 'type Query { plan: String quick: String } ',
          resolvers: { Query: { plan: () => new Promise<string>(() => undefined) } },
        },
        watcher: others.watcher,
      },
      { limits: { requestTimeoutMs: 100 } },
    )
    const { data, errors, status } = await gateway.ask({ query: '{ plan watch }' })
    expect([status, data]).toEqual([200, { plan: null, watch: 'seen' }])
    expect(errors.map(({ path, extensions }) => [path, extensions['code']])).toEqual([[['plan'], 'REQUEST_TIMEOUT']])
    await gateway.gateway.stop(0)
  })

  test('what runs for a client that has left is stopped', async () => {
    const signals: AbortSignal[] = []
    const gateway = await startGateway(
      { only: { typeDefs: 'type Query { wait: String }', resolvers: { Query: {} } } },
      {
        transports: () => ({
          execute: (_, __, { cancellation: { signal } }) =>
            new Promise((_resolve, reject) => {
              signals.push(signal)
              signal.addEventListener('abort', () => reject(new Error('stopped')))
            }),
          subscribe: () => Promise.reject(new Error('none')),
          close: () => Promise.resolve(),
        }),
      },
    )
    const leaving = new AbortController()
    const asked = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ wait }"}',
      signal: leaving.signal,
    })
    await until('the fetch runs', () => signals.length === 1)
    leaving.abort()
    await expect(asked).rejects.toThrow()
    await until('the fetch is stopped', () => signals[0]?.aborted === true)
    expect(signals[0]?.reason).toMatchObject({ code: 'REQUEST_CANCELLED' })
    await gateway.gateway.stop(0)
  })

  test('nothing runs for a client that left while it was asked who it is', async () => {
    const decided = Promise.withResolvers<undefined>()
    let [asked, closed, ran] = [0, 0, 0]
    const { gateway, url } = await startGateway(
      { only: { typeDefs: 'type Query { run: Int }', resolvers: { Query: { run: () => ++ran } } } },
      {
        verifier: {
          authenticate: async () => {
            asked++
            await decided.promise
            return { principal: ANONYMOUS, expiresAt: undefined }
          },
        },
      },
    )
    gateway.fastify.server.on('request', (_, response) => response.once('close', () => closed++))
    const leaving = new AbortController()
    const headers = { 'content-type': 'application/json' }
    const body = '{"query":"{ run }"}'
    const left = fetch(`${url}/graphql`, { method: 'POST', headers, body, signal: leaving.signal }).catch(() => 'left')
    await until('it is being authenticated', () => asked === 1)
    leaving.abort()
    expect(await left).toBe('left')
    await until('the server knows', () => closed === 1)
    decided.resolve(undefined)
    // Who comes later is answered later.
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body })
    expect(await answer.json()).toEqual({ data: { run: 1 } })
    await gateway.stop(0)
  })

  test('a gateway that stops finishes what runs and refuses what comes', async () => {
    const releases: (() => void)[] = []
    const gateway = await startGateway({
      only: {
        typeDefs: 'type Query { wait: String }',
        resolvers: { Query: { wait: () => new Promise<string>((resolve) => releases.push(() => resolve('done'))) } },
      },
    })
    const running = gateway.ask({ query: '{ wait }' })
    await until('the operation runs', () => releases.length === 1)
    const stopped = gateway.gateway.stop(5000)
    releases[0]?.()
    expect((await running).data).toEqual({ wait: 'done' })
    await stopped
    await expect(fetch(gateway.url)).rejects.toThrow()
  })
})

test('a gateway that cannot read grants refuses the request, not the field', async () => {
  const gateway = await startGateway(shopSubgraphs, {
    access: () => Promise.reject(catalogued('DATABASE_UNAVAILABLE')),
  })
  const answer = await gateway.ask({ query: '{ plan }' })
  expect(answer.status).toBe(503)
  expectCatalogued(answer, 'DATABASE_UNAVAILABLE')
  await gateway.gateway.stop(0)
})

test('a gateway that is not ready says so', async () => {
  const gateway = await startGateway(shopSubgraphs, { ready: () => Promise.reject(new Error('the database is away')) })
  const response = await fetch(`${gateway.url}/health/ready`)
  expect([response.status, await response.json()]).toEqual([503, { status: 'unavailable' }])
  await gateway.gateway.stop(0)
})

test('subgraphs find the public keys of internal tokens, and only those', async () => {
  const { publicKey } = await generateKeyPair('EdDSA')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1' }]
  const signer = { sign: () => Promise.resolve('token'), jwks: () => ({ keys }), use: () => undefined }
  const gateway = await startGateway(shopSubgraphs, { signer })
  const response = await fetch(`${gateway.url}/.well-known/jwks.json`)
  expect(await response.json()).toEqual({ keys })
  await gateway.gateway.stop(0)
})
