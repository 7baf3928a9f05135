import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** A request as a partner's server sees it. */
export interface ReceivedPost {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What it does with the next request; a number is a status. */
export type Reaction = number | ((request: IncomingMessage, response: ServerResponse) => void)

/** A partner's server, on a port of its own. */
export interface Receiver {
  readonly url: string
  readonly port: number
  /** Everything that came, whatever it was answered. */
  readonly received: readonly ReceivedPost[]
  /** How many connections were opened. */
  readonly connections: () => number
  /** From now on. */
  readonly react: (reaction: Reaction) => void
  readonly stop: () => Promise<void>
}

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'tls', name), 'utf8')

/** The certificate of `hooks.partner.example`, which is its own authority. */
export const RECEIVER_CERTIFICATE = fixture('receiver.cert.pem')

export const startReceiver = async (scheme: 'http' | 'https' = 'http', port = 0): Promise<Receiver> => {
  const received: ReceivedPost[] = []
  let reaction: Reaction = 204
  let connections = 0
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      received.push({ url: request.url ?? '', headers: request.headers, body })
      if (typeof reaction === 'number') response.writeHead(reaction).end()
      else reaction(request, response)
    })
  }
  const server =
    scheme === 'http'
      ? createServer(answer)
      : createTlsServer({ key: fixture('receiver.key.pem'), cert: RECEIVER_CERTIFICATE }, answer)
  server.on('connection', () => (connections += 1))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const bound = (server.address() as AddressInfo).port // a TCP server has no other address
  return {
    url: `${scheme}://127.0.0.1:${bound.toString()}/hooks`,
    port: bound,
    received,
    connections: () => connections,
    react: (next) => {
      reaction = next
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
