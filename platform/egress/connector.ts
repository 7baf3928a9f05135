import type { LookupFunction } from 'node:net'
import { isIPv4 } from 'node:net'
import { Agent, buildConnector } from 'undici'

export interface PinnedOptions {
  /** Checked already: the connection goes to one of these, whatever the name says by then. */
  readonly addresses: readonly string[]
  readonly timeoutMs: number
  /** Certificates of authorities to trust beside those that Node knows. */
  readonly ca?: string | undefined
}

/** What a name that is looked up for a connection is answered. */
const lookupOf = (addresses: readonly string[]): LookupFunction => {
  const entries = addresses.map((address) => ({ address, family: isIPv4(address) ? 4 : 6 }))
  return (_hostname, options, answer) => {
    const [first] = entries
    if (first === undefined) answer(new Error('There is no address to connect to'), '', 0)
    else if (options.all === true) answer(null, entries)
    else answer(null, first.address, first.family)
  }
}

/**
 * For one request: a connection of its own, to the checked addresses and to nothing else, with the certificate of the
 * name that was asked. That the name resolves to something else a moment later changes nothing (DNS rebinding).
 */
export const pinnedAgent = ({ addresses, timeoutMs, ca }: PinnedOptions): Agent => {
  const connect = buildConnector({
    timeout: timeoutMs,
    lookup: lookupOf(addresses),
    ...(ca === undefined ? {} : { ca }),
  })
  return new Agent({
    connections: 1,
    pipelining: 0,
    maxHeaderSize: 16_384,
    connect: (options, callback) => {
      connect(options, (...result) => {
        const [error, socket] = result
        if (error === null && !addresses.includes(socket.remoteAddress ?? '')) {
          socket.destroy()
          callback(new Error('The connection went to an address that was not checked'), null)
          return
        }
        callback(...result)
      })
    },
  })
}
