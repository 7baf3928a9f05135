import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, type Server } from 'graphql-ws'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import type { Log } from '../../platform/log/log.ts'
import { stripReservedHeaders } from '../identity/inbound-headers.ts'
import type { Limits } from '../operation/limits.ts'
import { CLOSE, Connection } from './connection.ts'

export interface WebSocketOptions {
  readonly path: string
  readonly protocol: Server<Connection>
  readonly limits: Limits
  readonly log: Log
  readonly pingMs: number
}

export interface WebSockets {
  readonly attach: (server: HttpServer) => void
  /** Takes no more connections, tells every client to come back elsewhere, and cuts those that stay after the grace. */
  readonly drain: (graceMs: number) => Promise<void>
  readonly count: () => number
}

/** The WebSocket side of the graph's address. */
export const createWebSockets = ({ path, protocol, limits, log, pingMs }: WebSocketOptions): WebSockets => {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxBodyBytes,
    // A client that offers only another protocol is told so by a close code, which needs an open connection.
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL)
        ? GRAPHQL_TRANSPORT_WS_PROTOCOL
        : (offered.values().next().value ?? false),
  })
  const connections = new Set<Connection>()
  let isDraining = false

  server.on('connection', (socket: WebSocket) => {
    const connection = new Connection(socket)
    if (connections.size >= limits.maxConnections) return socket.close(CLOSE.tooMany, 'Too many connections')
    connections.add(connection)
    serve(connection, protocol, log, () => connections.delete(connection))
  })

  const ping = setInterval(() => {
    for (const connection of connections) {
      if (!connection.isAlive) connection.socket.terminate()
      else {
        connection.isAlive = false
        connection.socket.ping()
      }
    }
  }, pingMs)
  ping.unref()

  const upgrade =
    (http: HttpServer) =>
    (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (request.url?.split('?', 1)[0] !== path) {
        // Other addresses belong to other listeners; without one nobody would ever answer.
        if (http.listenerCount('upgrade') === 1) refuse(socket, '404 Not Found')
        return
      }
      if (isDraining) return refuse(socket, '503 Service Unavailable')
      stripReservedHeaders(request.headers)
      server.handleUpgrade(request, socket, head, (webSocket) => server.emit('connection', webSocket, request))
    }

  return {
    attach: (http) => void http.on('upgrade', upgrade(http)),
    drain: async (graceMs) => {
      isDraining = true
      clearInterval(ping)
      for (const { socket } of connections) socket.close(CLOSE.serviceRestart, 'The server restarts')
      const cut = setTimeout(() => {
        for (const { socket } of connections) socket.terminate()
      }, graceMs)
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      clearTimeout(cut)
    },
    count: () => connections.size,
  }
}

const refuse = (socket: Duplex, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

const serve = (connection: Connection, protocol: Server<Connection>, log: Log, onClosed: () => void): void => {
  const { socket } = connection
  const fail = (error: unknown): void => {
    log.error({ err: error }, 'a WebSocket connection failed')
    socket.close(CLOSE.internal, 'Internal server error')
  }
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (data) =>
        new Promise((resolve) => {
          if (socket.readyState !== socket.OPEN) return resolve()
          // A client that left is no failure: its close event ends what runs for it.
          socket.send(data, () => resolve())
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => {
        socket.on('message', (data: RawData) => {
          handle(textOf(data)).catch(fail)
        })
      },
    },
    connection,
  )
  socket.on('pong', () => (connection.isAlive = true))
  socket.on('error', (error) => log.debug({ err: error }, 'a WebSocket client broke the protocol'))
  socket.once('close', (code, reason) => {
    onClosed()
    connection.closed()
    Promise.resolve(closed(code, reason.toString())).catch((error: unknown) =>
      log.error({ err: error }, 'a WebSocket connection did not end well'),
    )
  })
}

const textOf = (data: RawData): string =>
  Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data as Buffer).toString() // ws hands over a Buffer unless told otherwise
