import { beforeEach, describe, expect, test } from '@jest/globals'
import { importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { createKeyRing, publicKeys, type KeyRing, type PrivateKey } from '../crypto/key-ring.ts'
import { localKeySet } from '../crypto/key-set.ts'
import { remoteKeySet } from '../crypto/remote-key-set.ts'
import { silentLog } from '../log/log.ts'
import { manualClock, type ManualClock } from '../../test/testkit/manual-clock.ts'
import { createInternalTokenVerifier, INTERNAL_TOKEN_TYPE, type InternalTokenVerifier } from './internal-token.ts'

let clock: ManualClock
let keys: KeyRing
let verifier: InternalTokenVerifier

beforeEach(async () => {
  clock = manualClock()
  keys = await createKeyRing('EdDSA')
  const published = publicKeys(keys)
  verifier = createInternalTokenVerifier({
    audience: 'compute',
    keys: localKeySet(() => published),
    clock,
    log: silentLog,
  })
})

interface Header {
  readonly key?: PrivateKey
  readonly kid?: string
  readonly typ?: string
}

const now = (): number => Math.floor(clock.now().getTime() / 1000)

const claimsOf = (changes: Readonly<Record<string, unknown>>) => ({
  iss: 'gpuaas-gateway',
  aud: 'compute',
  kind: 'user',
  sub: 'olivia',
  assurance: 'single',
  iat: now(),
  exp: now() + 60,
  ...changes,
})

const sign = async (changes: Readonly<Record<string, unknown>> = {}, header: Header = {}): Promise<string> => {
  const { key = keys[0], kid = key.kid, typ = INTERNAL_TOKEN_TYPE } = header
  return new SignJWT(claimsOf(changes))
    .setProtectedHeader({ alg: key.alg, kid, typ })
    .sign(await importJWK({ ...key }, key.alg))
}

const refusal = (token: string | undefined) =>
  expect(verifier.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', details: {} })

test('a valid token is the principal that the gateway vouches for', async () => {
  expect(await verifier.verify(await sign())).toMatchObject({ kind: 'user', subject: 'olivia', assurance: 'single' })
})

describe('R88: anything else is UNAUTHENTICATED', () => {
  test.each([undefined, '', 'x', 'a.b.c', 'x'.repeat(20_000)])('no token, or text that is none: %.10s', (token) =>
    refusal(token),
  )

  test.each([
    ['for another subgraph', () => ({ aud: 'billing' })],
    ['for several subgraphs', () => ({ aud: ['compute', 'billing'] })],
    ['for none', () => ({ aud: undefined })],
    ['of another issuer', () => ({ iss: 'https://elsewhere.example' })],
    ['expired', () => ({ iat: now() - 70, exp: now() - 10 })],
    ['that would live two minutes', () => ({ exp: now() + 120 })],
    ['that would begin to live later', () => ({ iat: now() + 600, exp: now() + 660 })],
    ['without an expiry', () => ({ exp: undefined })],
    ['without a beginning', () => ({ iat: undefined })],
    ['without a kind', () => ({ kind: undefined })],
    ['of an unknown kind', () => ({ kind: 'operator' })],
    ['without a subject', () => ({ sub: undefined })],
    ['of a user without an assurance', () => ({ assurance: undefined })],
    ['of an anonymous caller with a name', () => ({ kind: 'anonymous' })],
    ['of a service account without a key', () => ({ kind: 'service-account', capabilities: [] })],
  ])('a token %s', async (_, changes) => refusal(await sign(changes())))

  test('a token of a key that the gateway does not publish, under its key id too', async () => {
    const [stranger] = await createKeyRing('EdDSA')
    await refusal(await sign({}, { key: stranger }))
    await refusal(await sign({}, { key: stranger, kid: keys[0].kid }))
  })

  test('a token of another type, so that an access token of the same signer is none', async () => {
    await refusal(await sign({}, { typ: 'at+jwt' }))
  })

  test('a token that is not signed with EdDSA, though its key is published', async () => {
    const elliptic = await createKeyRing('ES256')
    const published = publicKeys(elliptic)
    verifier = createInternalTokenVerifier({
      audience: 'compute',
      keys: localKeySet(() => published),
      clock,
      log: silentLog,
    })
    await refusal(await sign({}, { key: elliptic[0] }))
    await refusal(new UnsecuredJWT(claimsOf({})).encode())
  })
})

test('while the keys of the gateway were never read, the answer is a retryable one', async () => {
  const location = async () => new URL('http://127.0.0.1:1/.well-known/jwks.json') // nothing listens on port 1
  const unread = remoteKeySet({ location, clock, log: silentLog })
  verifier = createInternalTokenVerifier({ audience: 'compute', keys: unread, clock, log: silentLog })
  await expect(verifier.verify(await sign())).rejects.toMatchObject({ code: 'IDENTITY_UNAVAILABLE' })
})
