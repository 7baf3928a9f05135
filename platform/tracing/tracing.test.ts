import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLog } from '../log/log.ts'
import { catalogued } from '../errors/catalogue.ts'
import { traced } from './span.ts'
import { tracedFetch, tracedHandling, tracedQuery, tracedRequest, traceHeaders } from './spans.ts'
import { startTracing, type Tracing } from './tracing.ts'

const listening = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}` // a TCP server has no other address
}

describe('with an exporter', () => {
  let exporter: InMemorySpanExporter
  let tracing: Tracing
  const finished = (name: string): ReadableSpan => {
    const span = exporter.getFinishedSpans().find((one) => one.name === name)
    if (span === undefined) throw new Error(`no span ${name}`)
    return span
  }

  beforeEach(async () => {
    exporter = new InMemorySpanExporter()
    tracing = await startTracing({ serviceName: 'test', exporter })
  })
  afterEach(() => tracing.stop())

  test('one trace leads from the gateway’s request over HTTP to the subgraph’s statement and the event it caused', async () => {
    let fromOutbox: string | undefined
    const subgraph = createServer((request, response) => {
      void tracedRequest(request.headers, 'POST /graphql', {}, async () => {
        await tracedQuery('compute', 'select 1 where secret = $1', () => Promise.resolve())
        fromOutbox = traceHeaders()['traceparent']
        response.end('{}')
      })
    })
    const url = await listening(subgraph)
    await tracedRequest({}, 'graphql', {}, () =>
      traced('execute', {}, () => tracedFetch('compute', {}, (headers) => fetch(url, { headers: { ...headers } }))),
    )
    subgraph.close()
    tracedHandling(fromOutbox, 'event', () => undefined)

    const chain = ['graphql', 'execute', 'fetch compute', 'POST /graphql', 'sql SELECT'].map(finished)
    expect(new Set([...chain, finished('event')].map((span) => span.spanContext().traceId)).size).toBe(1)
    for (const [at, span] of chain.entries()) {
      expect(span.parentSpanContext?.spanId).toBe(chain[at - 1]?.spanContext().spanId)
    }
    expect(finished('event').parentSpanContext?.spanId).toBe(finished('POST /graphql').spanContext().spanId)
  })

  test('spans hold neither statements nor secrets nor messages of failures', () => {
    tracedQuery('iam', "insert into users values ('canary')", () => undefined)
    traced('login', { password: 'canary', url: 'postgres://u:canary@h/d', tries: 2 }, () => undefined)
    expect(() =>
      traced('broken', {}, () => {
        throw new Error('canary')
      }),
    ).toThrow('canary')
    const spans = exporter
      .getFinishedSpans()
      .map(({ name, attributes, status, events }) => ({ name, attributes, status, events }))
    expect(spans).toHaveLength(3)
    expect(JSON.stringify(spans)).not.toContain('canary')
    expect(finished('login').attributes).toMatchObject({ tries: 2 })
  })

  test('a failing span says its code, and the caller still gets the failure', async () => {
    const failing = traced('fetch', {}, () => Promise.reject(catalogued('SUBGRAPH_TIMEOUT')))
    await expect(failing).rejects.toMatchObject({ code: 'SUBGRAPH_TIMEOUT' })
    expect(finished('fetch').attributes).toEqual({ 'error.type': 'SUBGRAPH_TIMEOUT' })
  })

  test('requests at the same time keep their spans apart', async () => {
    await Promise.all(
      ['a', 'b'].map((name) =>
        traced(name, {}, async () => {
          await Promise.resolve()
          await traced(`${name} inner`, {}, () => Promise.resolve())
        }),
      ),
    )
    for (const name of ['a', 'b']) {
      expect(finished(`${name} inner`).parentSpanContext?.spanId).toBe(finished(name).spanContext().spanId)
    }
    expect(finished('a').spanContext().traceId).not.toBe(finished('b').spanContext().traceId)
  })

  test.each([
    '',
    'nonsense',
    `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
    `ff-${'1'.repeat(32)}-${'1'.repeat(16)}-01`,
    `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01-more`,
    `01-${'1'.repeat(32)}-${'1'.repeat(16)}-01-${'x'.repeat(300)}`,
    `00-${'A'.repeat(32)}-${'1'.repeat(16)}-01`,
    ['a'],
  ])('a malformed traceparent (%j) begins a new trace', (traceparent) => {
    tracedRequest({ traceparent }, 'request', {}, () => undefined)
    expect(finished('request').parentSpanContext).toBeUndefined()
  })

  test('lines of the log carry the trace they belong to', () => {
    const lines: string[] = []
    const log = createLog({ level: 'info', format: 'json', destination: { write: (line) => lines.push(line) } })
    traced('work', {}, () => {
      log.info('inside')
    })
    expect(lines[0]).toContain(`"traceId":"${finished('work').spanContext().traceId}"`)
  })
})

test('without exporter and endpoint no span is made and nothing is sent along', async () => {
  const tracing = await startTracing({ serviceName: 'test' })
  expect(traced('work', {}, () => traceHeaders())).toEqual({})
  expect(tracedFetch('compute', {}, (headers) => headers)).toEqual({})
  expect(tracedQuery('iam', 'select 1', () => 7)).toBe(7)
  await tracing.stop()
})

test('spans reach a collector by OTLP over HTTP, those that wait included when tracing stops', async () => {
  const received: string[] = []
  const collector = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (chunk: string) => received.push(`${request.url ?? ''} ${chunk}`))
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
  })
  const tracing = await startTracing({ serviceName: 'collected', endpoint: `${await listening(collector)}/` })
  traced('work', {}, () => undefined)
  await tracing.stop()
  collector.closeAllConnections()
  collector.close()
  expect(received.join('')).toMatch(/^\/v1\/traces .*collected.*work/)
})
