import { BlockList, isIP, isIPv4 } from 'node:net'

/**
 * What of IPv4 is not for everybody: the special-purpose registry of IANA (RFC 6890 and its successors), and the one
 * public-looking address by which a cloud speaks to its machines (Azure's 168.63.129.16).
 */
const SPECIAL_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const

/** Outside of it IPv6 has nothing that is routed to everybody: mapped, NAT64, unique local, link-local, multicast. */
const GLOBAL_IPV6 = ['2000::', 3] as const

/** Inside of it: protocol assignments with Teredo, documentation, and 6to4, which hides an IPv4 address. */
const SPECIAL_IPV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const

const subnets = (family: 'ipv4' | 'ipv6', ranges: readonly (readonly [address: string, prefix: number])[]) => {
  const list = new BlockList()
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, family)
  return list
}

const specialIpv4 = subnets('ipv4', SPECIAL_IPV4)
const globalIpv6 = subnets('ipv6', [GLOBAL_IPV6])
const specialIpv6 = subnets('ipv6', SPECIAL_IPV6)
const loopback = subnets('ipv4', [['127.0.0.0', 8]])

/** Whether an address leads to the open internet, and to nothing of whoever runs this. False for what is no address. */
export const isPublicAddress = (address: string): boolean => {
  if (address.includes('%')) return false // a zone: of one link, by definition
  switch (isIP(address)) {
    case 4:
      return !specialIpv4.check(address, 'ipv4')
    case 6:
      return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6')
    default:
      return false
  }
}

/** This machine itself, in the spelling of its own family alone. */
export const isLoopbackAddress = (address: string): boolean =>
  isIPv4(address) ? loopback.check(address, 'ipv4') : address === '::1'
