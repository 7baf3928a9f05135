import { describe, expect, test } from '@jest/globals'
import { isLoopbackAddress, isPublicAddress } from './address.ts'
import { parseEgressTarget, type EgressPolicy } from './target.ts'

const PRODUCTION: EgressPolicy = { ports: [443], loopback: 'refuse' }
const DEVELOPMENT: EgressPolicy = { ports: [443], loopback: 'allow' }

const outcome = (text: string, policy = PRODUCTION): string => {
  const target = parseEgressTarget(text, policy)
  return target.ok ? 'allowed' : target.error
}

describe('an address', () => {
  test.each(['8.8.8.8', '1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001:80b::200e'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  test.each([
    ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.127.255.254', '127.0.0.1', '127.255.255.254'],
    ...['169.254.169.254', '169.254.170.2', '168.63.129.16', '172.16.0.1', '172.31.255.255', '192.0.0.192'],
    ...['192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.9'],
    ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:0:127.0.0.1'],
    ...['64:ff9b::7f00:1', '64:ff9b:1::a00:1', '100::1', '2001::1', '2001:2::1', '2001:10::1', '2001:20::1'],
    ...['2001:db8::1', '2002:7f00:1::', '3fff::1', '5f00::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fec0::1'],
    ...['fe80::1%eth0', '2606:4700::1%eth0', 'ff02::1', 'not an address', ''],
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  test('of this machine is known in its own spelling alone', () => {
    expect(['127.0.0.1', '127.8.9.1', '::1'].map(isLoopbackAddress)).toEqual([true, true, true])
    expect(['::ffff:127.0.0.1', '10.0.0.1', '0.0.0.0', '::'].map(isLoopbackAddress)).toEqual([
      false,
      false,
      false,
      false,
    ])
  })
})

describe('a URL', () => {
  test.each([
    'https://hooks.partner.example/gpuaas',
    'https://hooks.partner.example',
    'HTTPS://Hooks.Partner.Example/A?b=c%20d',
    'https://hooks.partner.example:443/x',
    'https://xn--mnchen-3ya.example/x',
    'https://8.8.8.8/x',
    'https://[2606:4700:4700::1111]/x',
  ])('%s is allowed', (text) => {
    expect(outcome(text)).toBe('allowed')
  })

  test.each([
    ['http', 'http://hooks.partner.example/'],
    ['another scheme', 'ftp://hooks.partner.example/'],
    ['a file', 'file:///etc/passwd'],
    ['another port', 'https://hooks.partner.example:8443/'],
    ['the port of http', 'https://hooks.partner.example:80/'],
    ['port 0', 'https://hooks.partner.example:0/'],
    ['a user', 'https://user@hooks.partner.example/'],
    ['a password', 'https://user:secret@hooks.partner.example/'],
    ['a host in the place of a user', 'https://hooks.partner.example@127.0.0.1/'],
    ['an empty user', 'https://@hooks.partner.example/'],
    ['a fragment', 'https://hooks.partner.example/#part'],
    ['no host', 'https:///path'],
    ['one slash', 'https:/hooks.partner.example/'],
    ['a backslash', 'https:\\\\hooks.partner.example\\'],
    ['a backslash in the host', 'https://hooks.partner.example\\@127.0.0.1/'],
    ['a tab', 'https://hooks.partner\t.example/'],
    ['a line break', 'https://hooks.partner.example/\r\nHost: x'],
    ['a space before', ' https://hooks.partner.example/'],
    ['an escape in the host', 'https://%68ooks.partner.example/'],
    ['letters that look alike', 'https://ｈooks.partner.example/'],
    ['digits of another script', 'https://①②⑦.0.0.1/'],
    ['a dot of another script', 'https://127。0。0。1/'],
    ['a name that is not an A-label', 'https://münchen.example/'],
    ['a dot at the end', 'https://hooks.partner.example./'],
    ['one label', 'https://intranet/'],
    ['this machine', 'https://localhost/'],
    ['this machine, below a name', 'https://a.localhost/'],
    ['a name of the local link', 'https://printer.local/'],
    ['a name of an inner network', 'https://db.internal/'],
    ['the metadata service by name', 'https://metadata.google.internal/'],
    ['the metadata service', 'https://169.254.169.254/latest/meta-data'],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback in octal', 'https://0177.0.0.1/'],
    ['loopback in hexadecimal', 'https://0x7f.0.0.1/'],
    ['loopback as one number', 'https://2130706433/'],
    ['loopback with fewer parts', 'https://127.1/'],
    ['a public address as one number', 'https://134744072/'],
    ['a public address in octal', 'https://010.8.8.8/'],
    ['a public address in hexadecimal', 'https://0x08080808/'],
    ['everything', 'https://0.0.0.0/'],
    ['a private address', 'https://10.1.2.3/'],
    ['IPv6 loopback', 'https://[::1]/'],
    ['IPv4 inside IPv6', 'https://[::ffff:127.0.0.1]/'],
    ['NAT64', 'https://[64:ff9b::7f00:1]/'],
    ['a public address, long', 'https://[2606:4700:4700:0:0:0:0:1111]/'],
    ['a label that is too long', `https://${'a'.repeat(64)}.example/`],
    ['a name that is too long', `https://${'a.'.repeat(130)}example/`],
    ['a text that is too long', `https://hooks.partner.example/${'a'.repeat(2_048)}`],
    ['nothing', ''],
    ['no URL', 'hooks.partner.example'],
  ])('with %s is refused', (_what, text) => {
    expect(outcome(text)).toMatch(/^URL_(INVALID|NOT_ALLOWED)$/)
    expect(outcome(text, DEVELOPMENT)).toBe(
      /^https:\/\/(localhost|127\.0\.0\.1|\[::1\])\/$/.test(text) ? 'allowed' : outcome(text),
    )
  })

  test('of this machine is allowed in development, by http and at any port', () => {
    for (const text of [
      'http://127.0.0.1:4001/x',
      'http://localhost:8080/',
      'http://[::1]:9/',
      'https://127.0.0.1:9/',
    ]) {
      expect([text, outcome(text, DEVELOPMENT), outcome(text)]).toEqual([text, 'allowed', 'URL_NOT_ALLOWED'])
    }
    expect(outcome('http://10.0.0.1:4001/', DEVELOPMENT)).toBe('URL_NOT_ALLOWED')
    expect(outcome('http://hooks.partner.example/', DEVELOPMENT)).toBe('URL_NOT_ALLOWED')
  })

  test('may name another port where the settings say so', () => {
    expect(outcome('https://hooks.partner.example:8443/', { ports: [443, 8443], loopback: 'refuse' })).toBe('allowed')
  })
})
