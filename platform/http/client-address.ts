import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** The address of whoever is connected: that of the socket, or what proxies that are believed say of it. */
export type ClientAddress = (request: {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}) => string

/** The names that Fastify knows ranges by, too. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** `proxies`: addresses and CIDR ranges (`TRUST_PROXY`). */
export const clientAddress = (proxies: readonly string[] = []): ClientAddress => {
  const believed = new BlockList()
  for (const proxy of proxies.flatMap((name) => NAMED[name] ?? name)) {
    const [address = '', bits] = proxy.split('/')
    if (isIP(address) === 0) continue
    if (bits === undefined) believed.addAddress(address, familyOf(address))
    else believed.addSubnet(address, Number(bits), familyOf(address))
  }
  const isBelieved = (address: string): boolean => isIP(address) !== 0 && believed.check(address, familyOf(address))
  return ({ headers, socket }) => {
    let address = plain(socket.remoteAddress ?? '')
    const forwarded = [headers['x-forwarded-for'] ?? []].flat().join().split(',')
    // From the nearest proxy on: what one that is not believed says may be invented.
    for (const next of forwarded.map((text) => text.trim()).toReversed()) {
      if (!isBelieved(address) || isIP(next) === 0) break
      address = plain(next)
    }
    return address
  }
}

/** An IPv4 address as such, however the socket tells it. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')
