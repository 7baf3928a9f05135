import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Agent, request } from 'undici'
import { RECEIVER_CERTIFICATE, startReceiver, type Receiver } from '../../test/testkit/receiver.ts'
import { until } from '../../test/testkit/until.ts'
import { pinnedAgent } from './connector.ts'
import { createEgress, type EgressOptions } from './egress.ts'
import type { NameResolver } from './resolver.ts'

const PUBLIC = '93.184.216.34'

/** Answers one after the other, the last one for ever. */
const resolverOf = (...answers: (readonly string[])[]): NameResolver & { readonly asked: string[] } => {
  const asked: string[] = []
  return {
    asked,
    resolve: (hostname) => {
      asked.push(hostname)
      return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1] ?? [])
    },
  }
}

const egress = (options: Partial<EgressOptions> = {}) =>
  createEgress({ policy: { ports: [443], loopback: 'allow' }, timeoutMs: 5_000, ...options })
const post = (url: string) => ({ url, headers: { 'content-type': 'application/json' }, body: '{"a":1}' })

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.stop())

describe('a request', () => {
  test('arrives as it was sent, and its status and retry-after come back', async () => {
    receiver.react((_, response) => response.writeHead(503, { 'retry-after': '7' }).end('busy'))
    const outcome = await egress().post(post(`${receiver.url}?x=1`))
    expect(outcome).toEqual({ kind: 'answered', status: 503, retryAfter: '7' })
    expect(receiver.received).toMatchObject([
      { url: '/hooks?x=1', body: '{"a":1}', headers: { 'content-type': 'application/json' } },
    ])
  })

  test.each([301, 302, 303, 307, 308])('is not sent on by a %s', async (status) => {
    const elsewhere = await startReceiver()
    receiver.react((_, response) => response.writeHead(status, { location: elsewhere.url }).end())
    expect(await egress().post(post(receiver.url))).toMatchObject({ kind: 'answered', status })
    expect([receiver.received.length, elsewhere.connections()]).toEqual([1, 0])
    await elsewhere.stop()
  })

  test('does not read an endless answer', async () => {
    let isOver = false
    receiver.react((_, response) => {
      response.writeHead(200)
      const write = (): void => {
        while (response.write('x'.repeat(8_192)));
      }
      response.on('drain', write).on('close', () => (isOver = true))
      write()
    })
    expect(await egress().post(post(receiver.url))).toMatchObject({ status: 200 })
    await until('the connection was closed', () => isOver)
  })

  test('has the status of an answer whose body never ends', async () => {
    receiver.react((_, response) => {
      response.writeHead(202).write('beginning')
    })
    expect(await egress({ timeoutMs: 300 }).post(post(receiver.url))).toMatchObject({ kind: 'answered', status: 202 })
  })

  test('to somebody who accepts and never answers ends in time', async () => {
    receiver.react(() => undefined)
    expect(await egress({ timeoutMs: 200 }).post(post(receiver.url))).toEqual({ kind: 'failed', failure: 'TIMEOUT' })
  })

  test('whose name is never resolved ends in time', async () => {
    const resolver = { resolve: () => new Promise<never>(() => undefined) }
    const outcome = await egress({ resolver, timeoutMs: 200 }).post(post('https://hooks.partner.example/'))
    expect(outcome).toEqual({ kind: 'failed', failure: 'TIMEOUT' })
  })

  test.each([
    ['resets the connection', (socket: Socket) => socket.resetAndDestroy(), 'CONNECTION_FAILED'],
    ['closes it without an answer', (socket: Socket) => socket.end(), 'CONNECTION_FAILED'],
    ['speaks something else', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), 'RESPONSE_INVALID'],
    [
      'answers with endless headers',
      (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(99_999)}`),
      'RESPONSE_INVALID',
    ],
  ])('to somebody who %s fails', async (_what, react, failure) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => react(socket))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // a TCP server has no other address
    expect(await egress().post(post(`http://127.0.0.1:${port.toString()}/`))).toEqual({ kind: 'failed', failure })
    server.close()
  })

  test('to a port where nobody listens fails', async () => {
    await receiver.stop()
    const outcome = await egress().post(post(receiver.url))
    receiver = await startReceiver()
    expect(outcome).toEqual({ kind: 'failed', failure: 'CONNECTION_FAILED' })
  })
})

describe('a name', () => {
  const NAMED = 'https://hooks.partner.example/'

  test.each([
    ['a private address', ['10.0.0.7']],
    ['a private address among public ones', [PUBLIC, '192.168.0.1']],
    ['this machine', ['127.0.0.1']],
    ['this machine by IPv6', ['::1']],
    ['an IPv4 address inside IPv6', ['::ffff:169.254.169.254']],
    ['nothing', []],
    ['what is no address', ['nonsense']],
  ])('that resolves to %s is refused, when it is given and when it is used', async (_what, addresses) => {
    const guarded = egress({ resolver: resolverOf(addresses) })
    expect(await guarded.check(NAMED)).toEqual({ ok: false, error: 'URL_NOT_ALLOWED' })
    expect(await guarded.post(post(NAMED))).toEqual({ kind: 'failed', failure: 'ADDRESS_REFUSED' })
  })

  test('that cannot be resolved is refused in the same words', async () => {
    const resolver = { resolve: () => Promise.reject(new Error('SERVFAIL')) }
    expect(await egress({ resolver }).check(NAMED)).toEqual({ ok: false, error: 'URL_NOT_ALLOWED' })
  })

  test('that is never resolved is refused in time', async () => {
    const resolver = { resolve: () => new Promise<never>(() => undefined) }
    const refused = await egress({ resolver, timeoutMs: 200 }).check(NAMED)
    expect(refused).toEqual({ ok: false, error: 'URL_NOT_ALLOWED' })
  })

  test('that resolves to a public address is taken', async () => {
    const resolver = resolverOf([PUBLIC, '2606:4700:4700::1111'])
    expect(await egress({ resolver }).check(NAMED)).toMatchObject({ ok: true })
    expect(resolver.asked).toEqual(['hooks.partner.example'])
  })

  test('that resolves inwards after it was checked reaches nobody (DNS rebinding)', async () => {
    const resolver = resolverOf([PUBLIC], ['127.0.0.1'])
    const guarded = egress({ resolver, policy: { ports: [443, receiver.port], loopback: 'refuse' } })
    const url = `https://hooks.partner.example:${receiver.port.toString()}/`
    expect(await guarded.check(url)).toMatchObject({ ok: true })
    expect(await guarded.post(post(url))).toEqual({ kind: 'failed', failure: 'ADDRESS_REFUSED' })
    expect([resolver.asked.length, receiver.connections()]).toEqual([2, 0])
  })

  test('is looked up once for a request: whoever looks again for the connection is rebound (negative control)', async () => {
    const rebinding = () => resolverOf([PUBLIC], ['127.0.0.1'])
    const url = `http://hooks.partner.example:${receiver.port.toString()}/`
    const naive = rebinding()
    expect(await naive.resolve('hooks.partner.example')).toEqual([PUBLIC]) // checked, and found good
    const lookup: NonNullable<Agent.Options['connect']> = {
      lookup: (hostname, _options, answer) => {
        void naive.resolve(hostname).then((found) =>
          answer(
            null,
            found.map((address) => ({ address, family: 4 })),
          ),
        )
      },
    }
    const naiveAgent = new Agent({ connect: lookup })
    await request(url, { method: 'POST', body: '{}', dispatcher: naiveAgent })
    await naiveAgent.destroy()
    expect(receiver.received).toHaveLength(1)

    const resolver = rebinding()
    const guarded = egress({ resolver, timeoutMs: 300, policy: { ports: [receiver.port], loopback: 'refuse' } })
    await guarded.post(post(url.replace('http', 'https')))
    expect([resolver.asked.length, receiver.connections()]).toEqual([1, 1])
  })
})

describe('a pinned connection', () => {
  const withAgent = async <T>(ca: string | undefined, ask: (agent: Agent) => Promise<T>): Promise<T> => {
    const agent = pinnedAgent({ addresses: ['127.0.0.1'], timeoutMs: 5_000, ca })
    try {
      return await ask(agent)
    } finally {
      await agent.destroy()
    }
  }
  const ask = (host: string, port: number) => async (dispatcher: Agent) =>
    (await request(`https://${host}:${port.toString()}/`, { method: 'POST', body: '{}', dispatcher })).statusCode

  test('goes to the checked address, with the name for the certificate', async () => {
    const secure = await startReceiver('https')
    expect(await withAgent(RECEIVER_CERTIFICATE, ask('hooks.partner.example', secure.port))).toBe(204)
    expect(secure.received[0]?.headers.host).toBe(`hooks.partner.example:${secure.port.toString()}`)
    await secure.stop()
  })

  test('refuses the certificate of another name, and one of nobody’s', async () => {
    const secure = await startReceiver('https')
    const other = withAgent(RECEIVER_CERTIFICATE, ask('other.partner.example', secure.port))
    await expect(other).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    const unknown = withAgent(undefined, ask('hooks.partner.example', secure.port))
    await expect(unknown).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(secure.received).toEqual([])
    expect(await egress().post(post(secure.url))).toEqual({ kind: 'failed', failure: 'TLS_FAILED' })
    await secure.stop()
  })
})
