import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type Client } from 'graphql-ws'
import { request as httpRequest } from 'undici'
import { WebSocket } from 'ws'
import { hostSubgraph } from './build.ts'
import { createSubgraphServer, type SubgraphServer } from './http.ts'
import { createInternalSigner, type InternalSigner } from '../../gateway/identity/internal-signer.ts'
import { createInternalTokenVerifier, PRINCIPAL_HEADER } from '../../platform/access/internal-token.ts'
import { NO_GRANTS, type Grants } from '../../platform/access/grants.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { createKeyRing } from '../../platform/crypto/key-ring.ts'
import { localKeySet } from '../../platform/crypto/key-set.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { ownedId, selfId } from '../../platform/ids/id.ts'
import { currentCorrelation } from '../../platform/log/correlation.ts'
import { silentLog } from '../../platform/log/log.ts'
import type { OperationContext, Subgraph, SubgraphModule } from '../../platform/subgraph/module.ts'
import { until } from '../../test/testkit/until.ts'

const SDL = `
  type Query {
    bucket(id: ID!): Bucket @projectScoped(capability: STORAGE_BUCKET_READ, project: "id")
    fault: String @public(reason: "fails for the test")
    correlation: String @public(reason: "is only an echo")
  }
  type Subscription {
    made(projectId: ID!): Bucket @projectScoped(capability: STORAGE_BUCKET_READ, project: "projectId")
  }
  type Bucket @key(fields: "id") @projectScoped(capability: STORAGE_BUCKET_READ) { id: ID! name: String! createdAt: DateTime! }
`

const [user, organization, project, foreign] = Array.from({ length: 4 }, () => systemIds.next())
if (!user || !organization || !project || !foreign) throw new Error('four ids were made')

const ada: Principal = {
  kind: 'user',
  subject: 'ada',
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
}
const adasGrants: Grants = {
  ...NO_GRANTS,
  userId: user,
  projects: new Map([
    [project, { organizationId: organization, suspended: false, capabilities: new Set(['STORAGE_BUCKET_READ']) }],
  ]),
}

let folder: string
let server: SubgraphServer
let url: string
let signer: InternalSigner
let grants: Grants
let isReady: boolean
const read = jest.fn<(id: string) => void>()
const ended = jest.fn()
let push: ((id: string) => void) | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'subgraph-'))
  await writeFile(join(folder, 'schema.graphql'), SDL)
  read.mockClear()
  ended.mockClear()
  push = undefined
  grants = adasGrants
  isReady = true
  const bucket = (id: string) => ({ id, name: 'logs', createdAt: new Date('2026-01-01T00:00:00Z') })
  const subgraph: Subgraph = {
    resolvers: {
      Query: {
        bucket: (_: unknown, { id }: { id: string }, { access }: OperationContext) => {
          read(id)
          access.project('STORAGE_BUCKET_READ', id)
          return bucket(id)
        },
        fault: () => {
          throw new Error('select * from secrets')
        },
        correlation: (_: unknown, __: unknown, { correlationId }: OperationContext) =>
          `${correlationId} ${currentCorrelation()?.correlationId}`,
      },
      Subscription: {
        made: {
          subscribe: () => {
            const queue: string[] = []
            let wake: () => void = () => undefined
            push = (id) => {
              queue.push(id)
              wake()
            }
            return {
              next: async () => {
                while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve))
                return { done: false, value: { made: bucket(queue.shift() ?? '') } }
              },
              return: () => {
                ended()
                return Promise.resolve({ done: true, value: undefined })
              },
              [Symbol.asyncIterator]() {
                return this
              },
            }
          },
        },
      },
      Bucket: {
        __resolveReference: ({ id }: { id: string }) => {
          read(id)
          return bucket(id)
        },
      },
    },
    context: () => ({}),
    eventHandlers: {},
    jobs: {},
  }
  const module: SubgraphModule = {
    name: 'storage',
    schemaFiles: [join(folder, 'schema.graphql')],
    start: () => subgraph,
  }
  signer = createInternalSigner({ keys: await createKeyRing('EdDSA'), clock: systemClock })
  server = createSubgraphServer({
    subgraphs: [
      {
        subgraph: hostSubgraph(module, subgraph),
        verifier: createInternalTokenVerifier({
          audience: 'storage',
          keys: localKeySet(signer.jwks),
          clock: systemClock,
          log: silentLog,
        }),
      },
    ],
    grants: {
      load: (principal) => Promise.resolve(principal.kind === 'user' ? grants : NO_GRANTS),
      fresh: () => Promise.resolve(grants),
    },
    log: silentLog,
    ready: () => (isReady ? Promise.resolve() : Promise.reject(catalogued('DATABASE_UNAVAILABLE'))),
    maxBodyBytes: 100_000,
  })
  url = await server.listen({ host: '127.0.0.1', port: 0 })
})

afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

interface Wire {
  readonly data?: unknown
  readonly errors?: readonly {
    readonly message: string
    readonly path?: unknown
    readonly extensions: Record<string, unknown>
  }[]
}

const send = async (body: string, headers: Record<string, string> = {}, method = 'POST') => {
  const answer = await httpRequest(`${url}/graphql`, {
    method: method as 'POST',
    body: method === 'GET' ? null : body,
    headers: { 'content-type': 'application/json', ...headers },
  })
  const text = await answer.body.text()
  return { status: answer.statusCode, text, wire: JSON.parse(text) as Wire, headers: answer.headers }
}

const ask = async (
  query: string,
  variables: object = {},
  principal: Principal = ada,
  headers: Record<string, string> = {},
) =>
  send(JSON.stringify({ query, variables }), {
    [PRINCIPAL_HEADER]: await signer.sign(principal, 'storage'),
    ...headers,
  })

const codes = ({ errors }: Wire) => errors?.map(({ extensions }) => extensions['code'])

const BUCKET = 'query ($id: ID!) { bucket(id: $id) { id name createdAt } }'
const bucketIn = (owner: typeof project) => ownedId('bkt', owner, systemIds.next()).text

describe('a request without a valid internal token (R88)', () => {
  test.each(['{ _service { sdl } }', '{ fault }', '{ __typename }', 'not graphql', ''])(
    'is 401, whatever it asks: %s',
    async (query) => {
      const { status, wire } = await send(JSON.stringify({ query }))
      expect([status, codes(wire)]).toEqual([401, ['UNAUTHENTICATED']])
      expect(wire.data).toBeUndefined()
    },
  )

  test('is 401 with a forged one, one for another subgraph, one of another gateway, and before its body is read', async () => {
    const stranger = createInternalSigner({ keys: await createKeyRing('EdDSA'), clock: systemClock })
    const tokens = [
      'x',
      `${await signer.sign(ada, 'storage')}x`,
      await signer.sign(ada, 'compute'),
      await stranger.sign(ada, 'storage'),
    ]
    for (const token of tokens) {
      const { status } = await send(JSON.stringify({ query: '{ _service { sdl } }' }), { [PRINCIPAL_HEADER]: token })
      expect(status).toBe(401)
    }
    expect((await send('{ broken', {})).status).toBe(401)
    expect((await send('', { authorization: 'Bearer x' }, 'GET')).status).toBe(401)
  })
})

describe('a request with one', () => {
  test('is answered, and a federation router reads the SDL', async () => {
    const id = bucketIn(project)
    const { status, wire } = await ask(BUCKET, { id })
    expect([status, wire]).toEqual([
      200,
      { data: { bucket: { id, name: 'logs', createdAt: '2026-01-01T00:00:00.000Z' } } },
    ])
    const sdl = await ask('{ _service { sdl } }', {}, ANONYMOUS)
    expect(JSON.stringify(sdl.wire.data)).toContain('@projectScoped(capability: STORAGE_BUCKET_READ)')
  })

  test('is denied a foreign project in the bytes of one that never existed, and nothing is read (R6, R7)', async () => {
    const correlation = { 'x-correlation-id': 'correlation-1' }
    const foreignAnswer = await ask(BUCKET, { id: bucketIn(foreign) }, ada, correlation)
    const nowhere = await ask(BUCKET, { id: bucketIn(systemIds.next()) }, ada, correlation)
    expect(codes(foreignAnswer.wire)).toEqual(['PROJECT_ACCESS_DENIED'])
    expect(foreignAnswer.text).toBe(nowhere.text)
    expect(read).not.toHaveBeenCalled()
  })

  test('has each entity decided by itself', async () => {
    const representations = [project, foreign].map((owner) => ({ __typename: 'Bucket', id: bucketIn(owner) }))
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Bucket { name } } }'
    const { wire } = await ask(query, { r: representations })
    expect(wire.data).toEqual({ _entities: [{ name: 'logs' }, null] })
    expect(wire.errors?.map(({ path }) => path)).toEqual([['_entities', 1]])
    expect(read).toHaveBeenCalledTimes(1)
  })

  test('learns nothing of a fault', async () => {
    const { text, wire } = await ask('{ fault }')
    expect(codes(wire)).toEqual(['INTERNAL'])
    expect(text).not.toContain('secrets')
  })

  test('carries its correlation id through', async () => {
    const { wire, headers } = await ask('{ correlation }', {}, ada, { 'x-correlation-id': 'correlation-1' })
    expect(wire.data).toEqual({ correlation: 'correlation-1 correlation-1' })
    expect(headers['x-correlation-id']).toBe('correlation-1')
  })

  test.each([
    ['{ broken', 400, 'INVALID_JSON'],
    ['', 400, 'INVALID_JSON'],
    ['[]', 400, 'BAD_REQUEST'],
    ['{"query":7}', 400, 'BAD_REQUEST'],
    ['{"query":"{"}', 400, 'GRAPHQL_PARSE_FAILED'],
    ['{"query":"{ nothing }"}', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['{"query":"query A { fault } query B { fault }"}', 400, 'OPERATION_NOT_FOUND'],
    ['{"query":"query A { fault }","operationName":"B"}', 400, 'OPERATION_NOT_FOUND'],
    [JSON.stringify({ query: `subscription { made(projectId: "x") { id } }` }), 400, 'BAD_REQUEST'],
    [`{"query":"${'x'.repeat(200_000)}"}`, 413, 'BODY_TOO_LARGE'],
  ])('that is wrong gets one catalogued error: %.40s', async (body, status, code) => {
    const answer = await send(body, { [PRINCIPAL_HEADER]: await signer.sign(ada, 'storage') })
    expect([answer.status, codes(answer.wire)]).toEqual([status, [code]])
  })

  test('in another method, content type or path is told so', async () => {
    const token = { [PRINCIPAL_HEADER]: await signer.sign(ada, 'storage') }
    expect((await send('', token, 'GET')).status).toBe(405)
    expect(codes((await send('{}', { ...token, 'content-type': 'text/plain' })).wire)).toEqual([
      'UNSUPPORTED_MEDIA_TYPE',
    ])
    expect((await httpRequest(`${url}/other`)).statusCode).toBe(404)
  })
})

test('health tells whether a query would be answered', async () => {
  const status = async (path: string) => (await httpRequest(url + path)).statusCode
  expect([await status('/health/live'), await status('/health/ready')]).toEqual([200, 200])
  isReady = false
  expect([await status('/health/live'), await status('/health/ready')]).toEqual([200, 503])
})

describe('a subscription on a shared connection', () => {
  let client: Client
  beforeEach(() => {
    client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })
  })
  afterEach(() => client.dispose())

  const subscribe = (id: string, principal?: string) =>
    client.iterate({
      query: 'subscription ($id: ID!) { made(projectId: $id) { name } }',
      variables: { id },
      ...(principal === undefined ? {} : { extensions: { principal } }),
    })

  test('proves its principal in each subscribe message', async () => {
    await expect(subscribe(selfId('prj', project).text).next()).rejects.toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) }),
    ])
    await expect(subscribe(selfId('prj', project).text, await signer.sign(ada, 'compute')).next()).rejects.toBeDefined()
  })

  test('delivers its events, decides each anew, and ends upstream when the client leaves', async () => {
    const events = subscribe(selfId('prj', project).text, await signer.sign(ada, 'storage'))
    const first = events.next()
    await until('the subscription is open', () => push !== undefined)
    push?.(bucketIn(project))
    expect((await first).value).toEqual({ data: { made: { name: 'logs' } } })
    grants = { ...adasGrants, disabled: true }
    const second = events.next()
    push?.(bucketIn(project))
    expect((await second).value).toMatchObject({
      data: { made: null },
      errors: [{ extensions: { code: 'ACTOR_DISABLED' } }],
    })
    await events.return?.()
    await until('the source has ended', () => ended.mock.calls.length > 0)
  })

  test('of a foreign project is denied at once', async () => {
    const events = subscribe(selfId('prj', foreign).text, await signer.sign(ada, 'storage'))
    const denied = { errors: [{ extensions: { code: 'PROJECT_ACCESS_DENIED' } }] }
    await expect(events.next()).resolves.toMatchObject({ value: denied })
  })
})
