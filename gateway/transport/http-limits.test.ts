import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { buildSchema, parse } from 'graphql'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { testRequest } from '../../test/testkit/federated-graph.ts'
import {
  startHttpSubgraph,
  trustHttpsSubgraphs,
  type Answer,
  type HttpSubgraph,
} from '../../test/testkit/http-subgraph.ts'
import { until } from '../../test/testkit/until.ts'
import { httpTransport, type HttpSubgraph as Options } from './http-transport.ts'
import type { PreparedFetch, SubgraphTransport } from './transport.ts'

const prepared = (operation: string): PreparedFetch => ({
  subgraph: 's',
  operation,
  operationName: undefined,
  document: parse(operation),
})
const QUERY = prepared('{ value }')
const MUTATION = prepared('mutation { value }')
const JSON_TYPE = { 'content-type': 'application/json' }
const ANSWER = JSON.stringify({ data: { value: 1 } })

const schema = buildSchema('type Query { value: Int } type Mutation { value: Int }')

describe.each(['http', 'https'] as const)('over %s', (scheme) => {
  let subgraph: HttpSubgraph
  let open: SubgraphTransport[] = []
  let restoreTrust: () => void
  beforeAll(async () => {
    restoreTrust = trustHttpsSubgraphs()
    subgraph = await startHttpSubgraph(schema, { scheme })
  })
  beforeEach(() => subgraph.answerWith(undefined))
  afterEach(async () => {
    await Promise.all(open.map((transport) => transport.close()))
    open = []
  })
  afterAll(async () => {
    await subgraph.close()
    restoreTrust()
  })

  const transportWith = (options: Partial<Options>): SubgraphTransport => {
    const transport = httpTransport({ name: 's', url: subgraph.url, timeoutMs: 10_000, ...options })
    open.push(transport)
    return transport
  }

  /** The data, or the code of the failure. */
  const outcome = async (
    transport: SubgraphTransport,
    fetch = QUERY,
    request: Parameters<typeof testRequest>[0] = {},
  ): Promise<unknown> => {
    try {
      return (await transport.execute(fetch, {}, testRequest(request))).data
    } catch (error) {
      return error instanceof CataloguedError ? error.code : error
    }
  }

  const encoded =
    (encoding: string, body: string | Buffer): Answer =>
    (_, response) =>
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding }).end(body)

  test.each<[encoding: string, body: string | Buffer]>([
    ['gzip', gzipSync(ANSWER)],
    ['deflate', deflateSync(ANSWER)],
    ['br', brotliCompressSync(ANSWER)],
    ['identity', ANSWER],
  ])('an answer may come as %s', async (encoding, body) => {
    subgraph.answerWith(encoded(encoding, body))
    expect(await outcome(transportWith({}))).toEqual({ value: 1 })
    expect(subgraph.received.at(-1)?.headers['accept-encoding']).toBe('gzip, deflate, br')
  })

  test.each<[name: string, answer: Answer]>([
    ['grows beyond the limit when it is unpacked', encoded('gzip', gzipSync(' '.repeat(1_000_000) + ANSWER))],
    ['does not unpack', encoded('gzip', ANSWER)],
    ['was packed as nobody asked', encoded('zstd', ANSWER)],
  ])('an answer that %s cannot be used', async (_, answer) => {
    subgraph.answerWith(answer)
    expect(await outcome(transportWith({ maxResponseBytes: 100_000 }))).toBe('SUBGRAPH_INVALID_RESPONSE')
  })

  test('of 100 MB no more is taken in than the limit, and other fetches are answered meanwhile', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    let written = 0
    subgraph.answerWith((_, response) => {
      response.writeHead(200, JSON_TYPE).write('{"data":{"value":"')
      const more = (): void => {
        while (written < 100 * chunk.length && !response.destroyed) {
          written += chunk.length
          if (!response.write(chunk)) return void response.once('drain', more)
        }
      }
      more()
    })
    const large = outcome(transportWith({ maxResponseBytes: 2_000_000 }))
    await until('the subgraph writes', () => written > 0)
    subgraph.answerWith(undefined)
    expect(await outcome(transportWith({}))).toEqual({ value: null })
    expect(await large).toBe('SUBGRAPH_INVALID_RESPONSE')
    expect(written).toBeLessThan(40 * chunk.length)
  })

  /** Breaks the connections of the first requests, after half of an answer. */
  const breaking = (times: number): Answer => {
    let left = times
    return (request, response) => {
      if (left-- <= 0) return response.writeHead(200, JSON_TYPE).end(ANSWER)
      response.writeHead(200, { ...JSON_TYPE, 'content-length': ANSWER.length }).write(ANSWER.slice(0, 5))
      return setImmediate(() => request.socket.destroy())
    }
  }

  test('a query whose connection fails is sent again, twice at most', async () => {
    const transport = transportWith({})
    const before = subgraph.received.length
    subgraph.answerWith(breaking(2))
    expect(await outcome(transport)).toEqual({ value: 1 })
    expect(subgraph.received.length - before).toBe(3)
    subgraph.answerWith(breaking(3))
    expect(await outcome(transport)).toBe('SUBGRAPH_UNAVAILABLE')
    expect(subgraph.received.length - before).toBe(6)
  })

  test('a mutation never is, and neither is a query that was answered, however badly', async () => {
    const transport = transportWith({})
    const before = subgraph.received.length
    subgraph.answerWith(breaking(1))
    expect(await outcome(transport, MUTATION)).toBe('SUBGRAPH_UNAVAILABLE')
    subgraph.answerWith((_, response) => response.writeHead(503).end())
    expect(await outcome(transport)).toBe('SUBGRAPH_UNAVAILABLE')
    expect(subgraph.received.length - before).toBe(2)
  })

  test('a subgraph that fails again and again is spared, then tried by one fetch, and asked again when that succeeds', async () => {
    const transport = transportWith({ circuitFailures: 3, circuitOpenMs: 200 })
    subgraph.answerWith((_, response) => response.writeHead(500).end())
    const before = subgraph.received.length
    for (let count = 0; count < 3; count++) expect(await outcome(transport)).toBe('SUBGRAPH_UNAVAILABLE')
    expect(await outcome(transport)).toBe('SUBGRAPH_CIRCUIT_OPEN')
    expect(subgraph.received.length - before).toBe(3)
    subgraph.answerWith(undefined)
    await until('the subgraph is asked again', async () => (await outcome(transport)) !== 'SUBGRAPH_CIRCUIT_OPEN')
    expect(await Promise.all([outcome(transport), outcome(transport)])).toEqual([{ value: null }, { value: null }])
  })

  test('answers that cannot be used, callers that leave, and what cannot be sent, do not count as failures', async () => {
    const transport = transportWith({ circuitFailures: 1 })
    subgraph.answerWith((_, response) => response.writeHead(200, JSON_TYPE).end('{'))
    expect(await outcome(transport)).toBe('SUBGRAPH_INVALID_RESPONSE')
    subgraph.answerWith(() => undefined)
    const controller = new AbortController()
    const given = outcome(transport, QUERY, { signal: controller.signal })
    controller.abort(catalogued('REQUEST_CANCELLED'))
    expect(await given).toBe('REQUEST_CANCELLED')
    subgraph.answerWith(undefined)
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    await expect(transport.execute(QUERY, { deep }, testRequest())).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(await outcome(transport)).toEqual({ value: null })
  })

  test('no more fetches are under way than allowed; the others wait for their turn, and too many are refused', async () => {
    const transport = transportWith({ concurrency: 2 })
    const answers: (() => void)[] = []
    subgraph.answerWith((_, response) => answers.push(() => response.writeHead(200, JSON_TYPE).end(ANSWER)))
    const before = subgraph.received.length
    const leaving = new AbortController()
    const first = [outcome(transport), outcome(transport)]
    const left = outcome(transport, QUERY, { signal: leaving.signal })
    const waiting = Array.from({ length: 39 }, () => outcome(transport))
    expect(await outcome(transport)).toBe('SUBGRAPH_OVERLOADED')
    await until('two are under way', () => answers.length === 2)
    leaving.abort(catalogued('REQUEST_TIMEOUT'))
    expect(await left).toBe('REQUEST_TIMEOUT')
    for (let answered = 0; answered < 41; answered++) {
      await until('the next is under way', () => answers.length > answered)
      expect(subgraph.received.length - before - answered).toBeLessThanOrEqual(2)
      answers[answered]?.()
    }
    expect(new Set((await Promise.all([...first, ...waiting])).map((data) => JSON.stringify(data)))).toEqual(
      new Set(['{"value":1}']),
    )
  })

  test('a subgraph is told how long its answer is waited for: never longer than the request lives', async () => {
    const transport = transportWith({ timeoutMs: 5000 })
    const told = (): number => Number(subgraph.received.at(-1)?.headers['x-request-timeout-ms'])
    await outcome(transport)
    expect(told()).toBeLessThanOrEqual(5000)
    expect(told()).toBeGreaterThan(500)
    await outcome(transport, QUERY, { deadline: performance.now() + 400 })
    expect(told()).toBeLessThanOrEqual(400)
  })
})
