import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { NORTHWIND, VISION } from './demo-ids.ts'
import { DEMO_USERS } from '../../identity/demo-users.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import type { ErrorCode } from '../../platform/errors/catalogue.ts'
import { startEmbedded, type EmbeddedProduct } from '../testkit/embedded-product.ts'
import { connectSocket, openSocket, type RawSocket } from '../testkit/raw-socket.ts'
import {
  expectCatalogued,
  failuresOf,
  send,
  type RawAnswer,
  type RawRequest,
  type WireFailure,
} from '../testkit/refusal.ts'
import { startTokenIssuer, type TokenIssuer } from '../testkit/token-issuer.ts'

/** In production mode, over an issuer of the test's own, so that every kind of token can be made. */
let product: EmbeddedProduct
let issuer: TokenIssuer
let token: string

const OWNER = DEMO_USERS.find(({ email }) => email === 'owner@northwind.example')?.subject

beforeAll(async () => {
  issuer = await startTokenIssuer(systemClock)
  product = await startEmbedded({ NODE_ENV: 'production', SEED_DEMO: 'always', OIDC_ISSUER: issuer.issuer })
  token = await issuer.sign({ sub: OWNER })
}, 120_000)

afterAll(async () => {
  await product.stop()
  await issuer.close()
}, 60_000)

const JSON_TYPE = { 'content-type': 'application/json' }

/** As a client of the owner's; what is given replaces or adds. */
const post = async (body: unknown, headers: RawRequest['headers'] = {}): Promise<RawAnswer> =>
  send(product.urls[0], {
    headers: { ...JSON_TYPE, authorization: `Bearer ${token}`, ...headers },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  })

/** That nothing was done, for one reason (which validation may find in several places). */
const expectRefusal = async (answer: RawAnswer, status: number, code: ErrorCode): Promise<void> => {
  const codes = new Set(await failuresOf(answer))
  expect([answer.status, ...codes]).toEqual([status, code])
  expect(answer.text).not.toContain('"data"')
}

const repeat = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ')

const nested = (levels: number): string =>
  `{ viewer { projects { edges { node { ${'organization { projects { edges { node { '.repeat(levels)} id ${'} } } }'.repeat(levels)} } } } } }`

type Case = readonly [name: string, body: unknown, status: number, code: ErrorCode, headers?: RawRequest['headers']]

const QUERY = { query: '{ viewer { email } }' }
const PROJECT = 'query ($id: ID!) { project(id: $id) { name } }'

describe('R84: a request that is none gets one clear, catalogued error', () => {
  const cases: readonly Case[] = [
    ['broken JSON', '{"query": "{ viewer', 400, 'INVALID_JSON'],
    ['an empty body', '', 400, 'INVALID_JSON'],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x00]), 400, 'INVALID_JSON'],
    [
      'a compressed body',
      Buffer.from([0x1f, 0x8b, 8, 0]),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      { 'content-encoding': 'gzip' },
    ],
    ['a key of the prototype', '{"query":"{__typename}","__proto__":{"a":1}}', 400, 'INVALID_JSON'],
    ['text', '{ viewer { email } }', 415, 'UNSUPPORTED_MEDIA_TYPE', { 'content-type': 'text/plain' }],
    ['a form', 'query=1', 415, 'UNSUPPORTED_MEDIA_TYPE', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['GraphQL as such', '{ __typename }', 415, 'UNSUPPORTED_MEDIA_TYPE', { 'content-type': 'application/graphql' }],
    ['an upload', '--x--', 415, 'UNSUPPORTED_MEDIA_TYPE', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['an answer that nobody could read', QUERY, 406, 'NOT_ACCEPTABLE', { accept: 'image/png' }],
    ['a number', '7', 400, 'BAD_REQUEST'],
    ['null', 'null', 400, 'BAD_REQUEST'],
    ['an empty object', {}, 400, 'BAD_REQUEST'],
    ['a batch', [QUERY, QUERY], 400, 'BAD_REQUEST'],
    ['an empty batch', [], 400, 'BAD_REQUEST'],
    ['a query that is a list', { query: ['{ __typename }'] }, 400, 'BAD_REQUEST'],
    ['variables that are a text', { ...QUERY, variables: 'x' }, 400, 'BAD_REQUEST'],
    ['extensions that are a text', { ...QUERY, extensions: 'x' }, 400, 'BAD_REQUEST'],
    ['a subscription', { query: 'subscription { notifications { id } }' }, 400, 'BAD_REQUEST'],
    [
      'a persisted query that nobody sent',
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
      200,
      'PERSISTED_QUERY_NOT_FOUND',
    ],
  ]
  test.each(cases)('%s', async (...[, body, status, code, headers]: Case) => {
    await expectRefusal(await post(body, headers), status, code)
  })

  test('a body of 5 MB', async () => {
    await expectRefusal(await post({ query: `{ viewer { email } } # ${'x'.repeat(5_000_000)}` }), 413, 'BODY_TOO_LARGE')
  })

  const get = async (path: string, headers: RawRequest['headers'] = {}, method = 'GET'): Promise<RawAnswer> =>
    send(product.urls[0], { method, path, headers })

  test.each([
    ['a mutation by GET', '?query=mutation{markAllNotificationsRead{userErrors{code}}}', 405, 'METHOD_NOT_ALLOWED'],
    ['nothing by GET', '', 400, 'BAD_REQUEST'],
    ['variables by GET that are no JSON', '?query={__typename}&variables={', 400, 'BAD_REQUEST'],
  ] as const)('%s', async (_, search, status, code) => {
    const headers = { 'apollo-require-preflight': 'yes' }
    await expectRefusal(await get(`/graphql${encodeURI(search)}`, headers), status, code)
  })

  test('what a page of another site could send', async () => {
    await expectRefusal(await get('/graphql?query={__typename}'), 400, 'CSRF_REFUSED')
  })

  test('a method that the address has not, an address that is not, and one that is none', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      await expectRefusal(await get('/graphql', JSON_TYPE, method), 405, 'METHOD_NOT_ALLOWED')
    }
    await expectRefusal(await get('/graphiql'), 404, 'ROUTE_NOT_FOUND')
    const unreadable = await get('/graphql/%zz')
    await expectRefusal(unreadable, 404, 'ROUTE_NOT_FOUND')
    expect(unreadable.headers).toMatchObject({ 'x-content-type-options': 'nosniff' })
  })
})

describe('R84: an operation that cannot be run gets one clear, catalogued error', () => {
  const cases: readonly Case[] = [
    ['no GraphQL', { query: 'SELECT * FROM iam.users' }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ viewer { emial } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown argument', { query: '{ project(idd: "x") { id } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown type', { query: '{ viewer { ... on Usr { email } } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a wrong type', { query: '{ project(id: true) { id } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an unknown input field',
      { query: 'mutation { createBucket(input: { nme: "x" }) { bucket { id } } }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'an entity from outside',
      { query: '{ _entities(representations: []) { __typename } }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['the schema of a subgraph', { query: '{ _service { sdl } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable of a wrong type', { query: PROJECT, variables: { id: { a: 1 } } }, 400, 'INVALID_INPUT'],
    ['a variable that is missing', { query: PROJECT }, 400, 'INVALID_INPUT'],
    [
      'a variable with unknown fields',
      {
        query: 'mutation ($i: CreateBucketInput!) { createBucket(input: $i) { bucket { id } } }',
        variables: { i: { projectId: VISION, name: 'x', nmae: 'y' } },
      },
      400,
      'INVALID_INPUT',
    ],
    [
      'an unknown operation name',
      { query: 'query A { viewer { email } }', operationName: 'B' },
      400,
      'OPERATION_NOT_FOUND',
    ],
    [
      'an operation name of the prototype',
      { query: 'query A { viewer { email } }', operationName: 'constructor' },
      400,
      'OPERATION_NOT_FOUND',
    ],
    [
      'two operations and no name',
      { query: 'query A { __typename } query B { __typename }' },
      400,
      'OPERATION_NOT_FOUND',
    ],
    ['introspection in production', { query: '{ __schema { types { name } } }' }, 400, 'INTROSPECTION_DISABLED'],
    [
      'introspection in a fragment',
      { query: '{ ...A } fragment A on Query { __type(name: "User") { name } }' },
      400,
      'INTROSPECTION_DISABLED',
    ],
    ['too deep', { query: nested(4) }, 400, 'OPERATION_TOO_DEEP'],
    [
      '500 aliases of one field',
      { query: `{ viewer { ${repeat(500, (index) => `a${String(index)}: email`)} } }` },
      400,
      'OPERATION_TOO_MANY_ALIASES',
    ],
    [
      '500 aliases of a root field',
      { query: `{ ${repeat(500, (index) => `a${String(index)}: __typename`)} }` },
      400,
      'OPERATION_TOO_LARGE',
    ],
    ['too many tokens', { query: `{ viewer { ${repeat(6000, () => 'email')} } }` }, 400, 'TOKEN_LIMIT'],
    ['a fragment of itself', { query: '{ ...A } fragment A on Query { ...A }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ]
  test.each(cases)('%s', async (...[, body, status, code, headers]: Case) => {
    await expectRefusal(await post(body, headers), status, code)
  })

  test('names of the prototype are names like others', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__']
    const answer = await post({
      query: `query ($id: ID!) { ${names.map((name) => `${name}: project(id: $id) { ${names.map((inner) => `${inner}: name`).join(' ')} }`).join(' ')} }`,
      variables: { id: VISION, __proto: 1 },
    })
    const inner = `{${names.map((name) => `"${name}":"Vision"`).join()}}`
    const data = names.map((name) => `"${name}":${inner}`).join()
    expect(answer.text.trim()).toBe(`{"data":{${data}},"extensions":{"cost":{"requested":5,"limit":1000000}}}`)
  })
})

describe('R84: a value that is wrong fails its field alone, with one clear, catalogued error', () => {
  const id = (text: unknown, code: ErrorCode = 'INVALID_ID') => [PROJECT, { id: text }, code] as const
  const list = (args: string, code: ErrorCode) =>
    [
      `query ($id: ID!) { project(id: $id) { allocations(${args}) { edges { cursor } } } }`,
      { id: VISION },
      code,
    ] as const

  test.each([
    ['an empty id', ...id('')],
    ['a number', ...id(7)],
    ['an id of nothing', ...id('nonsense')],
    ['a prefix', ...id('prj_')],
    ['half an id', ...id(VISION.slice(0, -5))],
    ['an id and more', ...id(`${VISION}A`)],
    ['an id with a space', ...id(` ${VISION}`)],
    ['an id of another kind', ...id(VISION.replace('prj_', 'org_'))],
    ['SQL', ...id(`${VISION}' or '1'='1`)],
    ['a NUL', ...id('prj_\u0000')],
    ['half a character', ...id('prj_\ud800')],
    ['100 000 characters', ...id(`prj_${'A'.repeat(100_000)}`)],
    ['a name of the prototype', ...id('__proto__')],
    ['a page of less than nothing', ...list('first: -1', 'INVALID_INPUT')],
    ['a page without end', ...list('first: 1000000000', 'INVALID_INPUT')],
    ['a cursor of nothing', ...list('first: 1, after: "bm9uc2Vuc2U="', 'INVALID_CURSOR')],
    [
      'a time that is none',
      'query ($id: ID!) { billingAccount(organizationId: $id) { balance(asOf: "yesterday") { amountMicros } } }',
      { id: NORTHWIND },
      'INVALID_INPUT',
    ],
  ] as const)('%s', async (_, query, variables, code) => {
    const answer = await post({ query: query.replace('{', '{ viewer { email } '), variables })
    expect(await failuresOf(answer)).toEqual([code])
  })

  test('text that the database cannot hold is refused, not broken', async () => {
    for (const name of ['a\u0000b', 'a\ud800b', 'x'.repeat(100_000), '']) {
      const answer = await post({
        query: 'mutation ($i: CreateBucketInput!) { createBucket(input: $i) { bucket { id } userErrors { code } } }',
        variables: { i: { projectId: VISION, name } },
      })
      expect(await failuresOf(answer)).toEqual([])
      expect(JSON.parse(answer.text)).toMatchObject({
        data: { createBucket: { bucket: null, userErrors: [{ code: expect.any(String) }] } },
      })
    }
  })
})

describe('R20: a credential that is bad fails the whole request, public fields included', () => {
  const unsigned = (claims: object, header: object): string =>
    `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
  const now = Math.floor(Date.now() / 1000)

  const refused = async (authorization: string): Promise<void> => {
    const answer = await post({ query: '{ __typename skus { edges { cursor } } }' }, { authorization })
    await expectRefusal(answer, 401, 'UNAUTHENTICATED')
    expect(answer.text).not.toContain('data')
  }

  test('a good one is accepted', async () => {
    expect(JSON.parse((await post(QUERY)).text)).toMatchObject({
      data: { viewer: { email: 'owner@northwind.example' } },
    })
  })

  test('expired, not yet valid, for another audience, or without what it needs', async () => {
    await refused(`Bearer ${await issuer.sign({ sub: OWNER, exp: now - 60 })}`)
    await refused(`Bearer ${await issuer.sign({ sub: OWNER, nbf: now + 600 })}`)
    await refused(`Bearer ${await issuer.sign({ sub: OWNER, aud: 'another-product' })}`)
    await refused(`Bearer ${await issuer.sign({ sub: OWNER, iss: 'https://elsewhere.example' })}`)
    await refused(`Bearer ${await issuer.sign({ sub: OWNER, exp: undefined })}`)
    await refused(`Bearer ${await issuer.sign({ sub: undefined })}`)
    await refused(`Bearer ${await issuer.sign({ sub: OWNER }, { kid: undefined })}`)
    await refused(`Bearer ${await issuer.sign({ sub: OWNER }, { kid: '../../etc/passwd' })}`)
  })

  test('signed by somebody else, by nobody, or by half', async () => {
    const other = await startTokenIssuer(systemClock)
    try {
      await refused(`Bearer ${await other.sign({ sub: OWNER })}`)
      await refused(`Bearer ${await other.sign({ sub: OWNER, iss: issuer.issuer })}`)
      await refused(`Bearer ${await other.sign({ sub: OWNER, iss: issuer.issuer }, { kid: issuer.keys()[0].kid })}`)
    } finally {
      await other.close()
    }
    const claims = { iss: issuer.issuer, aud: 'gpuaas-graph', sub: OWNER, iat: now, exp: now + 600 }
    await refused(`Bearer ${unsigned(claims, { alg: 'none', kid: issuer.keys()[0].kid })}`)
    await refused(`Bearer ${unsigned(claims, { alg: 'HS256', kid: issuer.keys()[0].kid })}AAAA`)
    await refused(`Bearer ${token.slice(0, -10)}`)
    await refused(`Bearer ${token.split('.').slice(0, 2).join('.')}`)
    const [header, , signature] = token.split('.')
    const [, forged] = unsigned({ ...claims, sub: 'somebody-else' }, {}).split('.')
    await refused(`Bearer ${String(header)}.${String(forged)}.${String(signature)}`)
  })

  test('no bearer token at all', async () => {
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${token}`,
      token,
      `Bearer ${token} ${token}`,
      `Bearer ${'a'.repeat(9_000)}`,
    ])
      await refused(authorization)
  })

  test('headers by which the gateway names callers to its subgraphs name nobody from outside', async () => {
    const claims = { iss: 'gpuaas-gateway', aud: 'iam', sub: OWNER, iat: now, exp: now + 30 }
    const forged = {
      'x-gpuaas-principal': unsigned(claims, { alg: 'none' }),
      'X-GPUaaS-User': String(OWNER),
      'x-gpuaas-roles': 'owner,operator',
    }
    const anonymous = await send(product.urls[0], { headers: { ...JSON_TYPE, ...forged }, body: JSON.stringify(QUERY) })
    expect(await failuresOf(anonymous)).toEqual(['UNAUTHENTICATED'])
    const viewer = DEMO_USERS.find(({ email }) => email === 'viewer@northwind.example')?.subject
    const asViewer = await post(QUERY, { ...forged, authorization: `Bearer ${await issuer.sign({ sub: viewer })}` })
    expect(JSON.parse(asViewer.text)).toMatchObject({ data: { viewer: { email: 'viewer@northwind.example' } } })
  })
})

describe('R84: a WebSocket client that breaks the protocol is told so by a close code, and harms nobody', () => {
  const open = (): Promise<RawSocket> => openSocket(product.urls[0])
  const connected = (): Promise<RawSocket> => connectSocket(product.urls[0], { authorization: `Bearer ${token}` })
  const subscribe = (query: string, id = '1') => ({ id, type: 'subscribe', payload: { query } })

  test.each([
    ['an operation before it said who it is', subscribe('{ __typename }'), 4401],
    ['no JSON', '{"type"', 4400],
    ['a message of an unknown type', { type: 'start', id: '1' }, 4400],
    ['a message without a type', { id: '1' }, 4400],
    ['null', 'null', 4400],
    ['a message of 5 MB', { type: 'connection_init', payload: { x: 'x'.repeat(5_000_000) } }, 1009],
    ['a bad token', { type: 'connection_init', payload: { authorization: 'Bearer forged' } }, 4403],
    ['no bearer token', { type: 'connection_init', payload: { authorization: { toString: 'x' } } }, 4403],
  ])('%s', async (_, message, expected) => {
    const socket = await open()
    socket.send(message)
    const { code, reason } = await socket.closed()
    expect([code, socket.messages]).toEqual([expected, []])
    expect(reason).not.toMatch(/\bat |node_modules|\.ts/)
  })

  test('another subprotocol', async () => {
    const socket = await openSocket(product.urls[0], ['graphql-ws'])
    expect(await socket.closed()).toMatchObject({ code: 4406 })
  })

  test('a second introduction, and one id for two operations', async () => {
    const twice = await connected()
    twice.send({ type: 'connection_init' })
    expect(await twice.closed()).toMatchObject({ code: 4429 })

    const same = await connected()
    same.send(subscribe('subscription { notifications { id } }'))
    same.send(subscribe('subscription { notifications { id } }'))
    expect(await same.closed()).toMatchObject({ code: 4409 })
    expect(same.messages).toEqual([{ type: 'connection_ack' }])
  })

  test.each([
    ['no GraphQL', '{ viewer', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { notificatoins { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['introspection in production', '{ __schema { types { name } } }', 'INTROSPECTION_DISABLED'],
    ['too many tokens', `{ viewer { ${repeat(6000, () => 'email')} } }`, 'TOKEN_LIMIT'],
    ['an empty document', '', 'GRAPHQL_PARSE_FAILED'],
  ] as const)('%s is an error of its operation, and the connection goes on', async (_, query, code) => {
    const socket = await connected()
    socket.send(subscribe(query))
    const { payload, ...refused } = await socket.message(1)
    expect(refused).toEqual({ id: '1', type: 'error' })
    expect([...new Set(await expectCatalogued(payload as WireFailure[]))]).toEqual([code]) // as the protocol has it
    socket.send(subscribe('{ viewer { email } }', '2'))
    const answer = { data: { viewer: { email: 'owner@northwind.example' } } }
    expect(await socket.message(2)).toMatchObject({ id: '2', type: 'next', payload: answer })
    socket.socket.close()
  })
})
