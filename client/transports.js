/** @import { LinkEnd, Transport } from './link.js' */

/**
 * Which transport the next attempt takes. Proxies that let no WebSocket through are found by its not opening; then
 * attempts take turns, so that neither a network that is down nor one that is half open is mistaken for the other.
 * @typedef {object} TransportChoice
 * @property {() => Transport | undefined} next undefined: each one is refused for good
 * @property {(transport: Transport) => void} opened
 * @property {(transport: Transport, end: LinkEnd) => void} ended
 */

/** How often a WebSocket may fail to open before events are tried. */
const PATIENCE = 2

/**
 * @param {readonly Transport[]} allowed the preferred one first
 * @returns {TransportChoice}
 */
export const createTransportChoice = (allowed) => {
  /** @type {Set<Transport>} */
  const refused = new Set()
  let failures = 0
  let hasOpened = false

  return {
    next: () => {
      hasOpened = false
      const [first, second] = allowed.filter((transport) => !refused.has(transport))
      if (second === undefined || failures < PATIENCE) return first
      return (failures - PATIENCE) % 2 === 0 ? second : first
    },
    opened: (transport) => {
      hasOpened = true
      refused.delete(transport)
      // Where only the second one got through, the first is tried once before it, the next time.
      failures = transport === allowed[0] ? 0 : PATIENCE - 1
    },
    ended: (transport, { verdict }) => {
      if (verdict === 'refused') refused.add(transport)
      else if (!hasOpened && verdict === 'retry') failures += 1
    },
  }
}
