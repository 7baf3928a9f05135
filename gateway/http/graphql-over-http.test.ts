import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ApolloServerPlugin } from '@apollo/server'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { request as httpRequest } from 'node:http'
import { PassThrough } from 'node:stream'
import { buffer as bufferOf } from 'node:stream/consumers'
import { startGateway, type TestGateway } from '../../test/testkit/gateway.ts'
import type { TestSubgraph } from '../../test/testkit/federated-graph.ts'
import type { GatewayContext } from './apollo.ts'
import { ENCODED_AT_ONCE_BYTES } from './encoding.ts'
import { answerType } from './media-type.ts'

const subgraphs: Readonly<Record<string, TestSubgraph>> = {
  things: {
    typeDefs: `type Query { thing(id: ID!): Thing things(count: Int!): [Thing!]! broken: String sure: Int! }
      type Thing { id: ID! name: String }`,
    resolvers: {
      Query: {
        thing: (_: unknown, { id }: { id: string }) => ({ id, name: `thing ${id} "quoted" Ünï` }),
        things: (_: unknown, { count }: { count: number }) =>
          Array.from({ length: count }, (_each, index) => ({ id: index, name: `number ${index} of many` })),
        broken: () => {
          throw new Error('inside')
        },
        sure: () => null,
      },
    },
  },
}

interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** As fetch does, without headers of its own. */
const send = (
  url: string,
  { method = 'POST', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: unknown },
): Promise<Seen> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method, headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers } },
      (response) => {
        bufferOf(response).then(
          (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
          reject,
        )
      },
    )
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })

let plain: TestGateway
let listening: TestGateway
const looked: unknown[] = []
const plugin: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response }) => {
        if (response.body.kind !== 'single') return Promise.resolve()
        const { data } = response.body.singleResult
        const thing = data?.['thing'] as { name: string } | null | undefined
        looked.push(structuredClone(thing))
        if (thing) thing.name = 'changed by a plugin'
        return Promise.resolve()
      },
    }),
}
beforeAll(async () => {
  plain = await startGateway(subgraphs, { limits: { maxBatch: 3 }, tellsCost: true })
  listening = await startGateway(subgraphs, { plugins: [plugin] })
})
afterAll(() => Promise.all([plain.gateway.stop(0), listening.gateway.stop(0)]))

const at = (gateway: TestGateway): string => `${gateway.url}/graphql`

describe('media types', () => {
  const [JSON_TYPE, MODERN] = ['application/json', 'application/graphql-response+json']
  test.each([
    [undefined, JSON_TYPE, false],
    ['*/*', JSON_TYPE, false],
    ['application/*', JSON_TYPE, false],
    [JSON_TYPE, JSON_TYPE, true],
    ['application/json; charset=utf-8', JSON_TYPE, true],
    [MODERN, MODERN, false],
    [`${MODERN}, application/json;q=0.9`, MODERN, false],
    [`${MODERN};q=0.5, application/json`, JSON_TYPE, true],
    [`${MODERN}, ${JSON_TYPE}`, MODERN, false],
    [`${MODERN};q=0, */*`, JSON_TYPE, false],
    [`application/json;q=0, */*;q=0.1`, MODERN, false],
    ['text/html, */*;q=0.8', JSON_TYPE, false],
    ['APPLICATION/JSON', JSON_TYPE, true],
  ] as const)('accept %s is answered with %s', (accept, mediaType, isLegacy) => {
    expect(answerType(accept)).toEqual({ mediaType, isLegacy })
  })

  test.each(['text/csv', 'application/json;q=0', '*/*;q=0', 'application/json; charset=utf-16', ', ;'])(
    'accept %s takes nothing that there is',
    (accept) => {
      expect(answerType(accept)).toBeUndefined()
    },
  )

  const faulty = [
    ['a syntax error', { query: '{ thing(' }],
    ['an unknown field', { query: '{ thong }' }],
    ['a missing variable', { query: 'query ($id: ID!) { thing(id: $id) { id } }' }],
    ['an unknown operation', { query: 'query A { sure }', operationName: 'B' }],
  ] as const
  test.each(faulty)('%s is 400, and 200 for who asked for application/json by name', async (_, body) => {
    // Twice: the second time the document may be known.
    for (let turn = 0; turn < 2; turn++) {
      const modern = await send(at(plain), { body, headers: { accept: 'application/graphql-response+json' } })
      expect([modern.status, modern.headers['content-type']]).toEqual([
        400,
        'application/graphql-response+json; charset=utf-8',
      ])
      expect(JSON.parse(modern.body.toString())).not.toHaveProperty('data')
      expect((await send(at(plain), { body })).status).toBe(400)
      const legacy = await send(at(plain), { body, headers: { accept: 'application/json' } })
      expect([legacy.status, legacy.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    }
  })

  test('what is no GraphQL request is 400 whatever was asked for', async () => {
    for (const body of [{}, { query: 7 }, { query: '{ sure }', variables: [] }])
      expect((await send(at(plain), { body, headers: { accept: 'application/json' } })).status).toBe(400)
  })
})

describe('parameters', () => {
  const GET = { method: 'GET', headers: { 'apollo-require-preflight': '1' } }
  const search = (parameters: Readonly<Record<string, string>>): string =>
    `${at(plain)}?${new URLSearchParams({ query: 'query A { thing(id: "1") { id } }', ...parameters }).toString()}`

  test('by GET an optional one that is empty was not given; null is a name', async () => {
    for (const empty of ['operationName', 'variables', 'extensions'])
      expect([empty, (await send(search({ [empty]: '' }), GET)).status]).toEqual([empty, 200])
    expect((await send(search({ operationName: '', variables: '{"a":1}', extensions: '' }), GET)).status).toBe(200)
    expect((await send(search({ operationName: 'null' }), GET)).status).toBe(400)
  })

  test('by POST an optional one that is null was not given, an empty name is none, and what nobody knows is ignored', async () => {
    const query = 'query A { thing(id: "2") { id } }'
    for (const more of [
      { operationName: null, variables: null, extensions: null },
      { operationName: '' },
      { operationName: '', extensions: {} },
      { unknown: { to: 'all' } },
    ])
      expect([more, (await send(at(plain), { body: { query, ...more } })).status]).toEqual([more, 200])
  })

  test('a mutation by GET is 405 and says what is allowed, also to who asks for an event stream', async () => {
    const mutating = await startGateway({
      ...subgraphs,
      doing: { typeDefs: 'type Mutation { go: Int }', resolvers: { Mutation: { go: () => 1 } } },
    })
    const url = `${at(mutating)}?query=mutation{go}`
    for (const headers of [GET.headers, { accept: 'text/event-stream' }]) {
      const { status, headers: answered } = await send(url, { method: 'GET', headers })
      expect([status, answered['allow']]).toEqual([405, 'POST'])
    }
    await mutating.gateway.stop(0)
  })

  test.each([
    ['application/json; charset=utf-8', 200],
    ['application/json;charset="UTF-8"', 200],
    ['application/json; charset=utf8; profile=x', 200],
    ['application/json; profile=x', 200],
    ['application/json; charset=utf-16', 415],
    ['application/json; charset="iso-8859-1"', 415],
    ['application/graphql', 415],
    ['application/x-www-form-urlencoded', 415],
  ])('a body as %s is answered with %i', async (type, status) => {
    const body = { query: '{ thing(id: "1") { id } }' }
    expect((await send(at(plain), { body, headers: { 'content-type': type } })).status).toBe(status)
  })

  test.each([
    ['identity', 200],
    ['gzip', 415],
    ['unheard-of', 415],
  ])('a body that says it is encoded as %s is answered with %i', async (encoding, status) => {
    const body = { query: '{ thing(id: "1") { id } }' }
    expect((await send(at(plain), { body, headers: { 'content-encoding': encoding } })).status).toBe(status)
  })

  test('headers past their limit are 431, a request that does not arrive is 408, and other bytes are 400', async () => {
    const refused = (code: string): string => {
      const socket = new PassThrough()
      plain.gateway.fastify.server.emit('clientError', Object.assign(new Error(code), { code }), socket)
      return String(socket.read())
    }
    const large = await send(at(plain), { body: {}, headers: { 'x-large': 'x'.repeat(20_000) } })
    expect([large.status, codeIn(large)]).toEqual([431, 'HEADERS_TOO_LARGE'])
    expect(refused('ERR_HTTP_REQUEST_TIMEOUT')).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[^]*"REQUEST_INCOMPLETE"/)
    expect(refused('HPE_INVALID_METHOD')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*"BAD_REQUEST"/)
  })
})

const codeIn = ({ body }: Seen): unknown => {
  const { errors } = JSON.parse(body.toString()) as { errors: { extensions: { code: string } }[] } // the catalogue's form
  return errors[0]?.extensions.code
}

describe('the short way and that through Apollo', () => {
  const bodies: readonly unknown[] = [
    { query: '{ thing(id: "a") { name id } }' },
    { query: 'query Q($id: ID!) { thing(id: $id) { name } }', variables: { id: 'b' } },
    { query: 'query A { broken } query B { sure }', operationName: 'A' },
    { query: 'query A { broken } query B { sure }', operationName: 'B', variables: null },
    { query: 'query A { sure } query B { broken }' },
    { query: '{ broken thing(id: "a") { id } }', operationName: null },
    { query: 'query Q($id: ID!) { thing(id: $id) { name } }' },
    { query: '{ things(count: 2000) { id name } }' },
    { query: 'query Only { thing(id: "only") { id } }', operationName: '' },
  ]
  test.each(bodies)('%j: the same status, headers and bytes', async (body) => {
    const ask = (more = {}) =>
      send(at(plain), { body: { ...(body as object), ...more }, headers: { 'x-correlation-id': 'same-for-both' } })
    await ask()
    const short = await ask()
    // Extensions, even none, are for Apollo to read.
    const apollo = await ask({ extensions: {} })
    expect(short.body.toString()).toBe(apollo.body.toString())
    expect([short.status, short.headers['content-type']]).toEqual([apollo.status, apollo.headers['content-type']])
    const names = ({ headers }: Seen) =>
      Object.keys(headers)
        .filter((name) => name !== 'date')
        .toSorted()
    expect(names(short)).toEqual(names(apollo))
  })

  test('plugins see every request, and data as an object that they may change', async () => {
    for (const id of ['x', 'y']) {
      const { data } = await listening.ask({
        query: 'query ($id: ID!) { thing(id: $id) { id name } }',
        variables: { id },
      })
      expect(data).toEqual({ thing: { id, name: 'changed by a plugin' } })
      expect(looked.at(-1)).toEqual({ id, name: `thing ${id} "quoted" Ünï` })
    }
  })
})

describe('sending', () => {
  const LARGE = { query: '{ things(count: 40000) { id name } }' }

  test('a large answer comes whole to a client that reads slowly', async () => {
    const response = await fetch(at(plain), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
      body: JSON.stringify(LARGE),
    })
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader()
    let bytes = 0
    for (let turn = 0; ; turn++) {
      const { done, value } = await reader.read()
      if (done) break
      bytes += value.length
      if (turn % 8 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(bytes).toBe(Number(response.headers.get('content-length')))
    expect(bytes).toBeGreaterThan(1_500_000)
  })

  test.each([
    ['gzip', (body: Buffer) => gunzipSync(body)],
    ['br', (body: Buffer) => brotliDecompressSync(body)],
  ] as const)('%s where it is accepted and worth it, in one go or as a stream', async (encoding, decode) => {
    for (const count of [500, 2000]) {
      const body = { query: `{ things(count: ${count}) { id name } }` }
      const whole = await send(at(plain), { body })
      const encoded = await send(at(plain), { body, headers: { 'accept-encoding': `${encoding};q=0.5` } })
      expect(encoded.headers['content-encoding']).toBe(encoding)
      expect(encoded.headers['vary']).toMatch(/accept-encoding/)
      expect(decode(encoded.body).equals(whole.body)).toBe(true)
      expect(encoded.body.length).toBeLessThan(whole.body.length / 3)
      expect(encoded.headers['content-length'] === undefined).toBe(whole.body.length > ENCODED_AT_ONCE_BYTES)
    }
    const small = await send(at(plain), { body: { query: '{ __typename }' }, headers: { 'accept-encoding': encoding } })
    expect(small.headers['content-encoding']).toBeUndefined()
  })

  test('nothing is compressed for who refuses it', async () => {
    const body = { query: '{ things(count: 500) { id name } }' }
    const answer = await send(at(plain), { body, headers: { 'accept-encoding': 'gzip;q=0, br;q=0, identity' } })
    expect(answer.headers['content-encoding']).toBeUndefined()
  })

  test('a persisted operation by GET has a tag, and is not sent again to who has it', async () => {
    const query = '{ thing(id: "p") { name } }'
    const sha256Hash = createHash('sha256').update(query).digest('hex')
    const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash } })
    const headers = { 'apollo-require-preflight': '1' }
    const url = `${at(plain)}?${new URLSearchParams({ extensions }).toString()}`
    await send(`${url}&query=${encodeURIComponent(query)}`, { method: 'GET', headers })
    const first = await send(url, { method: 'GET', headers })
    expect([first.status, first.headers['cache-control']]).toEqual([200, 'private, no-cache'])
    expect(first.headers['vary']).toMatch(/authorization/)
    const etag = String(first.headers['etag'])
    const again = await send(url, { method: 'GET', headers: { ...headers, 'if-none-match': `"other", ${etag}` } })
    expect([again.status, again.body.length, again.headers['etag']]).toEqual([304, 0, etag])
    const other = await send(url, { method: 'GET', headers: { ...headers, 'if-none-match': '"other"' } })
    expect(other.status).toBe(200)
  })
})

describe('batches', () => {
  const one = { query: '{ thing(id: "a") { id } }' }

  test('are refused unless configured, and then limited', async () => {
    expect((await send(at(listening), { body: [one] })).status).toBe(400)
    const answers = await send(at(plain), { body: [one, { query: '{ broken }' }, one] })
    expect(JSON.parse(answers.body.toString())).toMatchObject([
      { data: { thing: { id: 'a' } } },
      { data: { broken: null }, errors: [{ extensions: { code: 'INTERNAL' } }] },
      { data: { thing: { id: 'a' } } },
    ])
    const refused = await send(at(plain), { body: [one, one, one, one] })
    expect(refused.status).toBe(400)
    expect(JSON.parse(refused.body.toString())).toMatchObject({
      errors: [{ extensions: { code: 'BAD_REQUEST', limit: 3, requested: 4 } }],
    })
  })
})
