import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import type { Log } from '../../platform/log/log.ts'
import type { ClientAddress } from '../../platform/http/client-address.ts'
import { refuseUpgrade } from '../../platform/http/refuse-upgrade.ts'
import { requestPath } from '../../platform/http/request-path.ts'
import type { Connections } from '../connections/connections.ts'
import { isForeignOrigin } from '../connections/origin.ts'
import { stripReservedHeaders } from '../identity/inbound-headers.ts'
import type { Limits } from '../operation/limits.ts'
import { CLOSE } from './close-codes.ts'
import { Connection } from './connection.ts'
import type { Protocol } from './protocol.ts'

export interface WebSocketOptions {
  readonly path: string
  readonly protocol: Protocol
  readonly connections: Connections
  readonly addressOf: ClientAddress
  /** Whose pages may connect, besides our own. */
  readonly origins: ReadonlySet<string>
  readonly limits: Limits
  readonly log: Log
}

export interface WebSockets {
  readonly attach: (server: HttpServer) => void
}

/** How long a client that is closed may take to acknowledge it: who is refused counts nowhere, and is not kept. */
const IMPATIENT = { closeTimeout: 3000 } // which @types/ws does not know

/** The WebSocket side of the graph's address. */
export const createWebSockets = (options: WebSocketOptions): WebSockets => {
  const { path, protocol, connections, addressOf, origins, limits, log } = options
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.maxBodyBytes,
    // Its buffers would weigh more than all the rest of a connection.
    perMessageDeflate: false,
    ...IMPATIENT,
    // A client that offers only another protocol is told so by a close code, which needs an open connection.
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL)
        ? GRAPHQL_TRANSPORT_WS_PROTOCOL
        : (offered.values().next().value ?? false),
  })

  const refusal = (
    webSocket: WebSocket,
    request: IncomingMessage,
  ): readonly [code: number, reason: string] | undefined => {
    if (isForeignOrigin(request.headers, origins)) return [CLOSE.forbidden, 'Origin not allowed']
    if (webSocket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) return [CLOSE.subprotocol, 'Subprotocol not acceptable']
    if (connections.isFull()) return [CLOSE.tooMany, 'Too many connections']
    return undefined
  }

  const opened = (webSocket: WebSocket, stream: Duplex, request: IncomingMessage): void => {
    webSocket.on('error', (error) => log.debug({ err: error }, 'a WebSocket client broke the protocol'))
    const refused = refusal(webSocket, request)
    if (refused) return webSocket.close(...refused)
    const address = addressOf(request)
    const place = connections.addresses.take(address)
    if (!place) return webSocket.close(CLOSE.tooMany, 'Too many connections')
    const connection = new Connection(webSocket, stream, limits)
    const remove = connections.add(connection)
    serve(connection, protocol, log, () => {
      place()
      remove()
    })
  }

  const upgrade =
    (http: HttpServer) =>
    (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (requestPath(request.url) !== path) {
        // Other addresses belong to other listeners; without one nobody would ever answer.
        if (http.listenerCount('upgrade') === 1) refuseUpgrade(socket, '404 Not Found')
        return
      }
      if (connections.isDraining()) return refuseUpgrade(socket, '503 Service Unavailable')
      stripReservedHeaders(request.headers)
      server.handleUpgrade(request, socket, head, (webSocket) => opened(webSocket, socket, request))
    }

  return { attach: (http) => void http.on('upgrade', upgrade(http)) }
}

const serve = (connection: Connection, protocol: Protocol, log: Log, onClosed: () => void): void => {
  const { socket } = connection
  socket.on('message', (data: RawData, isBinary: boolean) => {
    connection.isAlive = true
    if (isBinary) return connection.close(CLOSE.invalid, 'Invalid message received')
    protocol.message(connection, textOf(data)).catch((error: unknown) => {
      log.error({ err: error }, 'a WebSocket connection failed')
      connection.close(CLOSE.internal, 'Internal server error')
    })
  })
  socket.on('pong', () => (connection.isAlive = true))
  socket.once('close', () => {
    onClosed()
    connection.ended()
  })
  protocol.opened(connection)
}

const textOf = (data: RawData): string =>
  Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data as Buffer).toString() // ws hands over a Buffer unless told otherwise
