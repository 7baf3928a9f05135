import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import type { SeenSpan } from './trace-suite.ts'

/** The other end of OTEL_EXPORTER_OTLP_ENDPOINT. */
export interface TraceCollector {
  readonly url: string
  readonly spansOf: (traceId: string) => readonly SeenSpan[]
  readonly stop: () => void
}

/** OTLP over HTTP with JSON, of which only this is looked at. */
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
            }),
          ),
        }),
      ),
    }),
  ),
})

export const startTraceCollector = async (): Promise<TraceCollector> => {
  const traces = new Map<string, SeenSpan[]>()
  const collect = (body: string): void => {
    for (const { scopeSpans } of exported.parse(JSON.parse(body)).resourceSpans) {
      for (const { traceId, spanId, parentSpanId, name } of scopeSpans.flatMap(({ spans }) => spans)) {
        const known = traces.get(traceId) ?? []
        traces.set(traceId, [...known, { name, spanId, parentId: parentSpanId }])
      }
    }
  }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      collect(body)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`, // a TCP server has no other address
    spansOf: (traceId) => traces.get(traceId) ?? [],
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
