import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

/** What a connection was told and said, by a server that does what a test says. */
export interface Visit {
  readonly socket: WebSocket
  /** The payload of `connection_init`. */
  readonly init: unknown
  /** Messages after it. */
  readonly said: { readonly type: string; readonly id?: string; readonly payload?: Record<string, unknown> }[]
  readonly at: number
}

export interface ScriptedServer {
  readonly url: string
  readonly visits: readonly Visit[]
  readonly close: () => Promise<void>
}

export interface Script {
  /** Called with each connection that was initialised, after it was acknowledged. */
  readonly acknowledged?: (visit: Visit, nth: number) => void
  /** Instead of acknowledging it. */
  readonly initialised?: (visit: Visit, nth: number) => void
  readonly message?: (visit: Visit, message: Visit['said'][number]) => void
  readonly http?: (request: IncomingMessage, response: ServerResponse) => void
}

/** Speaks `graphql-transport-ws` as far as a test needs it, and closes with whatever code it wants. */
export const startScriptedServer = async (script: Script): Promise<ScriptedServer> => {
  const visits: Visit[] = []
  const http = createServer(script.http ?? ((_, response) => void response.writeHead(404).end()))
  const server = new WebSocketServer({ server: http, handleProtocols: () => 'graphql-transport-ws' })
  server.on('connection', (socket) => {
    let visit: Visit | undefined
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Visit['said'][number] // what the client under test sends
      if (visit) {
        visit.said.push(message)
        script.message?.(visit, message)
        return
      }
      visit = { socket, init: message.payload, said: [], at: performance.now() }
      const nth = visits.push(visit)
      if (script.initialised) return script.initialised(visit, nth)
      socket.send('{"type":"connection_ack"}')
      script.acknowledged?.(visit, nth)
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo // a server that listens on a port has one
  return {
    url: `http://127.0.0.1:${port.toString()}/graphql`,
    visits,
    close: async () => {
      for (const socket of server.clients) socket.terminate()
      server.close()
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}
