import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** One connection, as the server sees it. */
export interface ScriptedConnection {
  readonly socket: Socket
  /** What has come on it. */
  readonly text: () => string
  readonly isClosed: () => boolean
}

/** A server that answers octets with octets, right or wrong. */
export interface ScriptedServer {
  readonly port: number
  /** In the order of their coming. */
  readonly connections: readonly ScriptedConnection[]
  /** What is done from now on whenever something comes: text is sent. */
  readonly answerWith: (answer: string | ((connection: ScriptedConnection) => void)) => void
  readonly stop: () => Promise<void>
}

export const startScriptedServer = async (host = '127.0.0.1'): Promise<ScriptedServer> => {
  const connections: ScriptedConnection[] = []
  let answer: string | ((connection: ScriptedConnection) => void) = ''
  const server = createServer((socket) => {
    let text = ''
    let isClosed = false
    const connection: ScriptedConnection = { socket, text: () => text, isClosed: () => isClosed }
    connections.push(connection)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (typeof answer === 'string') socket.write(answer, 'latin1')
      else answer(connection)
    })
    // Of clients that leave in the middle.
    socket.on('error', () => undefined)
    socket.on('close', () => (isClosed = true))
  })
  server.listen(0, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // a TCP server has no other address
    connections,
    answerWith: (next) => {
      answer = next
    },
    stop: async () => {
      for (const { socket } of connections) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
