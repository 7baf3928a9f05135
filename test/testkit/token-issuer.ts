import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { importJWK, SignJWT } from 'jose'
import type { Clock } from '../../platform/clock/clock.ts'
import {
  createKeyRing,
  publicKeys,
  rotateKeyRing,
  type KeyRing,
  type PrivateKey,
} from '../../platform/crypto/key-ring.ts'

/** An issuer of access tokens on a real socket: discovery document, key set, and tokens as a test wants them. */
export interface TokenIssuer {
  readonly issuer: string
  readonly jwksUri: string
  /** How often the key set was asked for. */
  readonly keyRequests: () => number
  readonly keys: () => KeyRing
  /** A well-formed token of a person; what a test gives replaces it, `undefined` takes a claim away. */
  readonly sign: (
    claims?: Readonly<Record<string, unknown>>,
    header?: { readonly key?: PrivateKey; readonly kid?: string | undefined },
  ) => Promise<string>
  readonly rotate: (overlap?: number) => Promise<void>
  /** `broken` answers 500, `silent` accepts the connection and never answers. */
  readonly behave: (behaviour: 'well' | 'broken' | 'silent') => void
  readonly close: () => Promise<void>
}

export const TEST_AUDIENCE = 'gpuaas-graph'

export const startTokenIssuer = async (clock: Clock, algorithm: 'EdDSA' | 'ES256' = 'ES256'): Promise<TokenIssuer> => {
  let keys = await createKeyRing(algorithm)
  let keyRequests = 0
  let behaviour: 'well' | 'broken' | 'silent' = 'well'
  let issuer = ''

  const server = createServer((request, response) => {
    if (request.url === '/jwks') keyRequests += 1
    if (behaviour === 'silent') return
    if (behaviour === 'broken') {
      response.writeHead(500).end()
      return
    }
    const documents: Readonly<Record<string, unknown>> = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/jwks` },
      '/jwks': publicKeys(keys),
    }
    const document = documents[request.url ?? '']
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a server that listens on a port has one
  issuer = `http://127.0.0.1:${String(port)}`

  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    keyRequests: () => keyRequests,
    keys: () => keys,
    sign: async (claims: Readonly<Record<string, unknown>> = {}, { key = keys[0], ...header } = {}) => {
      const now = Math.floor(clock.now().getTime() / 1000)
      const payload = { iss: issuer, aud: TEST_AUDIENCE, sub: 'subject-1', iat: now, exp: now + 3600, ...claims }
      const { kid } = { kid: key.kid, ...header }
      return new SignJWT(payload)
        .setProtectedHeader({ alg: key.alg, ...(kid === undefined ? {} : { kid }) })
        .sign(await importJWK({ ...key }, key.alg))
    },
    rotate: async (overlap) => {
      keys = await rotateKeyRing(keys, overlap)
    },
    behave: (next) => {
      behaviour = next
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
