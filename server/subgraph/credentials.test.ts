import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { INTERNAL_TOKEN_TYPE, PRINCIPAL_HEADER } from '../../platform/access/internal-token.ts'
import { encodePrincipal } from '../../platform/access/principal-claims.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { createKeyRing } from '../../platform/crypto/key-ring.ts'
import { startBareSubgraph, type BareSubgraph } from '../../test/testkit/bare-subgraph.ts'
import { connectSocket, openSocket, type RawSocket } from '../../test/testkit/raw-socket.ts'

const ada: Principal = {
  kind: 'user',
  subject: 'ada',
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
}

let subgraph: BareSubgraph
const start = (proofMs: number): Promise<BareSubgraph> =>
  startBareSubgraph({
    sdl: 'type Query { health: String @public(reason: "says only that it runs") }',
    resolvers: { Query: { health: () => 'ok' } },
    holds: [],
    server: { proofMs },
  })
// So long that only a bad token closes a connection.
beforeEach(async () => {
  subgraph = await start(600_000)
})
afterEach(() => subgraph.stop())

const signed = async (claims: object = {}, header: { typ?: string; key?: BareSubgraph['keys'][0] } = {}) => {
  const { keys, clock } = subgraph
  const { typ = INTERNAL_TOKEN_TYPE, key = keys[0] } = header
  const iat = Math.floor(clock.now().getTime() / 1000)
  return new SignJWT({ ...encodePrincipal(ada), iss: 'gpuaas-gateway', aud: 'storage', iat, exp: iat + 60, ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ })
    .sign(await importJWK({ ...key }, 'EdDSA'))
}

const seconds = (): number => Math.floor(subgraph.clock.now().getTime() / 1000)

/** Verified once, then shown again when its life is over. */
const replayed = async (): Promise<string> => {
  const token = await signed()
  expect(await statusOf(token)).toBe(200)
  subgraph.clock.advance(66)
  return token
}

const statusOf = async (token: string | undefined, query = '{ _service { sdl } }'): Promise<number> => {
  const answer = await fetch(`${subgraph.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { [PRINCIPAL_HEADER]: token }) },
    body: JSON.stringify({ query }),
  })
  const text = await answer.text()
  if (answer.status === 401)
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  return answer.status
}

const BAD: [name: string, token: () => Promise<string | undefined>][] = [
  ['none at all', () => Promise.resolve(undefined)],
  ['text that is none', () => Promise.resolve('x')],
  ['one that has expired', () => signed({ iat: seconds() - 120, exp: seconds() - 60 })],
  ['one shown again when its life is over', replayed],
  ['one for another subgraph', () => signed({ aud: 'compute' })],
  ['one for several subgraphs', () => signed({ aud: ['storage', 'compute'] })],
  ['one of another issuer', () => signed({ iss: 'https://elsewhere.example' })],
  ['one of another type', () => signed({}, { typ: 'at+jwt' })],
  [
    'one with the algorithm none',
    () => Promise.resolve(new UnsecuredJWT({ ...encodePrincipal(ada), aud: 'storage' }).encode()),
  ],
  [
    'one of a strange key under the known id',
    async () => {
      const [stranger] = await createKeyRing('EdDSA')
      return signed({}, { key: { ...stranger, kid: subgraph.keys[0].kid } })
    },
  ],
  ['one that would live for an hour', () => signed({ exp: seconds() + 3600 })],
]

const subscribe = (socket: RawSocket, id: string, token: string | undefined, query = '{ health }'): void =>
  socket.send({
    id,
    type: 'subscribe',
    payload: { query, ...(token !== undefined && { extensions: { principal: token } }) },
  })

describe('R88: whoever brings', () => {
  test.each(BAD)('%s gets 401 over HTTP, also for the schema and what is public', async (_, make) => {
    const token = await make()
    for (const query of ['{ _service { sdl } }', '{ health }', '{ __typename }', '{ broken']) {
      expect(await statusOf(token, query)).toBe(401)
    }
  })

  test.each(BAD)('%s is refused over a WebSocket, which closes 4403', async (_, make) => {
    const token = await make()
    const socket = await connectSocket(subgraph.url)
    subscribe(socket, '1', token, '{ _service { sdl } }')
    expect(await socket.message(1)).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    })
    expect((await socket.closed()).code).toBe(4403)
  })

  test('a good one is answered, on both', async () => {
    expect(await statusOf(await signed())).toBe(200)
    const socket = await connectSocket(subgraph.url)
    subscribe(socket, '1', await signed())
    expect(await socket.message(1)).toMatchObject({ type: 'next', payload: { data: { health: 'ok' } } })
  })
})

describe('a connection of a gateway', () => {
  test('is shared by its callers: a bad token costs its own operation alone', async () => {
    const socket = await connectSocket(subgraph.url)
    subscribe(socket, 'good', await signed())
    await socket.message(2)
    subscribe(socket, 'bad', 'forged')
    expect(await socket.message(3)).toMatchObject({ id: 'bad', type: 'error' })
    subscribe(socket, 'again', await signed())
    expect(await socket.message(4)).toMatchObject({ id: 'again', type: 'next' })
  })

  test('that proves nothing in time is closed, acknowledged or not', async () => {
    const impatient = await start(100)
    const silent = await openSocket(impatient.url)
    const idle = await connectSocket(impatient.url)
    expect([(await silent.closed()).code, (await idle.closed()).code]).toEqual([4403, 4403])
    await impatient.stop()
  })

  test('is not opened at any other address, however odd', async () => {
    for (const path of ['/', '//', '/graphql/x', '/%00']) {
      const answer = await fetch(subgraph.url + path, { headers: { connection: 'x' } }).then(({ status }) => status)
      expect(answer).toBe(404)
      const { WebSocket } = await import('ws')
      const socket = new WebSocket(`${subgraph.url.replace('http', 'ws')}${path}`, ['graphql-transport-ws'])
      await new Promise<void>((resolve) => socket.once('error', () => resolve()))
    }
    expect(await statusOf(await signed())).toBe(200)
  })
})
