import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** `10.0.0.0/8`, or one address. */
const trustedList = (ranges: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (isIP(address) === 0) continue
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')

/**
 * Who is calling: the peer, or where that is one of these proxies, the last address before them in `x-forwarded-for`.
 * What proxies that are not ours claim is not read.
 */
export const clientAddress = (trustedProxies: readonly string[]): ((request: IncomingMessage) => string) => {
  const trusted = trustedList(trustedProxies)
  const isTrusted = (address: string): boolean =>
    isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return ({ socket, headers }) => {
    const told = [headers['x-forwarded-for'] ?? []].flat().join(',')
    const hops = [...told.split(',').map((hop) => plain(hop.trim())), plain(socket.remoteAddress ?? '')]
    return hops.findLast((hop) => hop !== '' && !isTrusted(hop)) ?? hops[0] ?? ''
  }
}
