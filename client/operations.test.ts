import { afterEach, expect, test } from '@jest/globals'
import { startGateway } from '../test/testkit/gateway.ts'
import { createGraphClient, GraphError } from './index.js'
import { createJournal } from './testkit/journal.ts'
import { startScriptedServer, type Script } from './testkit/scripted-server.ts'
import type { GraphClientOptions, TokenRequest } from './types.d.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

const onGraph = async () => {
  const journal = createJournal()
  const gateway = await startGateway(journal.subgraphs)
  const client = createGraphClient({ url: `${gateway.url}/graphql` })
  undo.push(
    () => gateway.gateway.stop(0),
    () => client.close(),
  )
  return { journal, client }
}

const onHttp = async (http: NonNullable<Script['http']>, options: Partial<GraphClientOptions> = {}) => {
  const server = await startScriptedServer({ http })
  const client = createGraphClient({ url: server.url, ...options })
  undo.push(
    () => server.close(),
    () => client.close(),
  )
  return client
}

test('a query and a mutation give their data', async () => {
  const { journal, client } = await onGraph()
  const made = await client.mutate<{ append: number }>('mutation ($n: Int!) { append(count: $n) }', {
    variables: { n: 3 },
  })
  expect(made).toEqual({ data: { append: 3 }, errors: [] })
  expect(await client.query('{ count }')).toEqual({ data: { count: journal.written() }, errors: [] })
})

test('a part that is denied is null, and its error is typed', async () => {
  const { client } = await onGraph()
  const { data, errors } = await client.query('{ count denied }')
  expect(data).toEqual({ count: 0, denied: null })
  expect(errors).toHaveLength(1)
  expect(errors[0]).toBeInstanceOf(GraphError)
  expect(errors[0]).toMatchObject({
    code: 'CAPABILITY_REQUIRED',
    path: ['denied'],
    retryable: false,
    correlationId: expect.any(String),
    extensions: { capability: 'JOURNAL_READ' },
  })
})

test('a request that fails as a whole rejects with its first error, which knows the others', async () => {
  const { client } = await onGraph()
  const failure = client.query('{ nothing neither }')
  await expect(failure).rejects.toBeInstanceOf(GraphError)
  await expect(failure).rejects.toMatchObject({
    code: 'GRAPHQL_VALIDATION_FAILED',
    all: [{ code: 'GRAPHQL_VALIDATION_FAILED' }, { code: 'GRAPHQL_VALIDATION_FAILED' }],
  })
})

test('a token that is refused is asked for anew, once', async () => {
  const sent: unknown[] = []
  const requests: TokenRequest[] = []
  const client = await onHttp(
    ({ headers }, response) => {
      sent.push(headers.authorization)
      const isGood = headers.authorization === 'Bearer token-2'
      const refusal = { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] }
      response.writeHead(isGood ? 200 : 401).end(JSON.stringify(isGood ? { data: { s: 1 } } : refusal))
    },
    { token: (request) => `token-${requests.push(request).toString()}` },
  )
  expect((await client.mutate('mutation { s }')).data).toEqual({ s: 1 })
  expect(sent).toEqual(['Bearer token-1', 'Bearer token-2'])
  expect(requests).toEqual([{ refused: undefined }, { refused: 'token-1' }])
  await expect(client.query('{ s }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
})

test.each([
  ['no GraphQL', (_: unknown, response: { end: (text: string) => unknown }) => void response.end('<html>')],
  ['another JSON', (_: unknown, response: { end: (text: string) => unknown }) => void response.end('[1]')],
])('%s is INVALID_RESPONSE', async (_, http) => {
  const client = await onHttp(http)
  await expect(client.query('{ s }')).rejects.toMatchObject({ code: 'INVALID_RESPONSE', retryable: false })
})

test('a server that is away, one that is slow, and a caller that leaves are told apart', async () => {
  const silent = await onHttp(() => undefined, { requestTimeoutMs: 50 })
  await expect(silent.query('{ s }')).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true })

  const patient = await onHttp(() => undefined)
  const controller = new AbortController()
  const left = patient.query('{ s }', { signal: controller.signal })
  controller.abort()
  await expect(left).rejects.toMatchObject({ code: 'CANCELLED', retryable: false })
  const closed = patient.query('{ s }')
  await patient.close()
  await expect(closed).rejects.toMatchObject({ code: 'CANCELLED' })

  const away = createGraphClient({ url: 'http://127.0.0.1:1/graphql' })
  await expect(away.query('{ s }')).rejects.toMatchObject({ code: 'NETWORK_ERROR', retryable: true })
})
