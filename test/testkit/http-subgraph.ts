import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { execute, parse, subscribe, validate, type GraphQLError, type GraphQLSchema } from 'graphql'
import { makeServer } from 'graphql-ws'
import { WebSocketServer, type WebSocket } from 'ws'

/** A subgraph on a real socket. It answers what is valid by its schema, or as a test tells it to. */
export interface HttpSubgraph {
  readonly url: string
  readonly received: readonly Received[]
  /** Payloads of subscribe messages, and over how many connections they came. */
  readonly subscribed: readonly { readonly extensions?: Readonly<Record<string, unknown>> | null | undefined }[]
  readonly sockets: () => readonly WebSocket[]
  readonly answerWith: (answer: Answer | undefined) => void
  readonly close: () => Promise<void>
}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: {
    readonly query: string
    readonly variables?: Record<string, unknown>
    readonly operationName?: string
  }
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'tls', name), 'utf8')

/** From now on this process trusts the certificate of subgraphs on `https`. Gives back what it trusted before. */
export const trustHttpsSubgraphs = (): (() => void) => {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, fixture('subgraph.cert.pem')])
  return () => setDefaultCACertificates(before)
}

export const startHttpSubgraph = async (
  schema: GraphQLSchema,
  { port = 0, scheme = 'http' }: { readonly port?: number; readonly scheme?: 'http' | 'https' } = {},
): Promise<HttpSubgraph> => {
  const received: Received[] = []
  const subscribed: { extensions?: Record<string, unknown> | null | undefined }[] = []
  const sockets = new Set<WebSocket>()
  /** Of each text, which is validated once, as servers do. */
  const faults = new Map<string, readonly GraphQLError[]>()
  let answer: Answer | undefined

  const answerRequest = (request: IncomingMessage, response: ServerResponse): void => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      const body = JSON.parse(text) as Received['body']
      received.push({ headers: request.headers, rawHeaders: request.rawHeaders, body })
      if (answer) return answer(request, response)
      const document = parse(body.query)
      const errors = faults.get(body.query) ?? validate(schema, document)
      faults.set(body.query, errors)
      const result =
        errors.length > 0 ? { errors } : execute({ schema, document, variableValues: body.variables ?? {} })
      void Promise.resolve(result).then((value) =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify(value)),
      )
    })
  }
  const server =
    scheme === 'http'
      ? createServer(answerRequest)
      : createTlsServer({ key: fixture('subgraph.key.pem'), cert: fixture('subgraph.cert.pem') }, answerRequest)
  const protocol = makeServer({
    schema,
    execute,
    subscribe,
    onSubscribe: (_, __, payload) => void subscribed.push(payload),
  })
  const webSockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' })
  webSockets.on('connection', (socket) => {
    sockets.add(socket)
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => new Promise((resolve) => socket.send(data, () => resolve())),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) => void socket.on('message', (data: Buffer) => void handle(data.toString())),
      },
      {},
    )
    socket.once('close', (code, reason) => {
      sockets.delete(socket)
      void closed(code, reason.toString())
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  return {
    url: `${scheme}://127.0.0.1:${address.port}/graphql`,
    received,
    subscribed,
    sockets: () => [...sockets],
    answerWith: (next) => {
      answer = next
    },
    close: async () => {
      for (const socket of sockets) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
