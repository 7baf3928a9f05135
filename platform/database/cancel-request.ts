import { connect } from 'node:net'
import type { PoolClient } from 'pg'

/** What pg knows of a connection, and its types leave out. */
interface Backend {
  readonly host: string
  readonly port: number
  readonly processID: number | null
  readonly secretKey: number | null
}

/** PostgreSQL's manual, "Message Formats": CancelRequest. */
const CANCEL_REQUEST = 80_877_102
const LENGTH = 16
/** A server that does not take the request in this time has other troubles; the statement ends by its own timeout. */
const PATIENCE_MS = 5_000

/**
 * Asks the server to end what a connection runs at this moment, over a connection of its own. A hint: it may come too
 * late, and then meets whatever runs by then. Whoever sends it makes sure that nobody suffers by that.
 */
export const requestCancel = (client: PoolClient): void => {
  const { host, port, processID, secretKey } = client as unknown as Backend // pg, as its version is pinned
  if (processID === null || secretKey === null) return
  const request = Buffer.alloc(LENGTH)
  request.writeInt32BE(LENGTH, 0)
  request.writeInt32BE(CANCEL_REQUEST, 4)
  request.writeInt32BE(processID, 8)
  request.writeInt32BE(secretKey, 12)
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${String(port)}`) : connect(port, host)
  socket.on('error', () => undefined) // see `PATIENCE_MS`
  socket.setTimeout(PATIENCE_MS, () => socket.destroy())
  socket.resume() // nothing comes but the end
  socket.end(request)
}
