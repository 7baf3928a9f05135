import { once } from 'node:events'
import { createServer, request as send, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Passes HTTP requests on as they are, and remembers what their headers were. */
export interface RecordingProxy {
  readonly url: string
  readonly received: () => readonly IncomingHttpHeaders[]
  readonly close: () => Promise<void>
}

export const startRecordingProxy = async (target: string): Promise<RecordingProxy> => {
  const received: IncomingHttpHeaders[] = []
  const server = createServer((incoming, outgoing) => {
    received.push(incoming.headers)
    const passed = send(new URL(incoming.url ?? '/', target), { method: incoming.method, headers: incoming.headers })
    passed.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a server that listens on a port has one
  return {
    url: `http://127.0.0.1:${port.toString()}`,
    received: () => received,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
