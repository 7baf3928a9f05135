import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { SignJWT, UnsecuredJWT } from 'jose'
import { ANONYMOUS } from '../../platform/access/principal.ts'
import { createKeyRing } from '../../platform/crypto/key-ring.ts'
import { createLog, silentLog } from '../../platform/log/log.ts'
import { manualClock, type ManualClock } from '../../test/testkit/manual-clock.ts'
import { startTokenIssuer, TEST_AUDIENCE, type TokenIssuer } from '../../test/testkit/token-issuer.ts'
import { issuerKeys } from './issuer-keys.ts'
import { ACCEPTED_ALGORITHMS, createTokenVerifier, type TokenVerifier } from './token-verifier.ts'

let clock: ManualClock
let issuer: TokenIssuer
let verifier: TokenVerifier
let logged: string[]

const verifierFor = (issuerName: string): TokenVerifier => {
  const log = createLog({ level: 'info', format: 'json', destination: { write: (line) => void logged.push(line) } })
  const keys = issuerKeys({ issuer: issuerName, clock, log, timeoutMilliseconds: 300 })
  return createTokenVerifier({ issuer: issuerName, audience: TEST_AUDIENCE, keys, clock, log })
}

beforeEach(async () => {
  clock = manualClock()
  logged = []
  issuer = await startTokenIssuer(clock)
  verifier = verifierFor(issuer.issuer)
})

afterEach(() => issuer.close())

const now = (): number => Math.floor(clock.now().getTime() / 1000)
const bearer = (token: string): string => `Bearer ${token}`
const authenticate = async (token: string) => (await verifier.authenticate(bearer(token))).principal
const UNAUTHENTICATED = { code: 'UNAUTHENTICATED', message: 'A valid credential is required.', details: {} }
const refusal = (token: string) => expect(verifier.authenticate(bearer(token))).rejects.toMatchObject(UNAUTHENTICATED)

describe('a good token', () => {
  test('becomes the principal that it proves, and says until when', async () => {
    const token = await issuer.sign({
      sub: 'olivia',
      sid: 'session-1',
      auth_time: now() - 60,
      acr: 'urn:gpuaas:acr:mfa',
    })
    expect(await verifier.authenticate(bearer(token))).toEqual({
      principal: {
        kind: 'user',
        subject: 'olivia',
        sessionId: 'session-1',
        authenticatedAt: new Date((now() - 60) * 1000),
        assurance: 'multi',
      },
      expiresAt: new Date((now() + 3605) * 1000),
    })
  })

  test.each(['EdDSA', 'ES256'] as const)('is accepted when signed with %s', async (algorithm) => {
    const other = await startTokenIssuer(clock, algorithm)
    try {
      const { principal } = await verifierFor(other.issuer).authenticate(bearer(await other.sign()))
      expect(principal.kind).toBe('user')
    } finally {
      await other.close()
    }
  })

  test('R2: brings nothing of its claims about roles into the principal', async () => {
    const claims = {
      role: 'owner',
      roles: ['platform_admin'],
      scope: 'everything',
      capabilities: ['*'],
      kind: 'service-account',
    }
    expect(await authenticate(await issuer.sign(claims))).toEqual({
      kind: 'user',
      subject: 'subject-1',
      sessionId: undefined,
      authenticatedAt: undefined,
      assurance: 'single',
    })
  })

  test('does not pass for a fresh sign-in by naming one that is yet to come', async () => {
    expect(await authenticate(await issuer.sign({ auth_time: now() + 3600 }))).toMatchObject({
      authenticatedAt: undefined,
    })
  })
})

describe('no credential', () => {
  test('is the anonymous principal, and asks the issuer nothing', async () => {
    expect(await verifier.authenticate(undefined)).toEqual({ principal: ANONYMOUS, expiresAt: undefined })
    expect(issuer.keyRequests()).toBe(0)
  })
})

describe('R20: a bad token is UNAUTHENTICATED', () => {
  test.each([
    ['has expired', () => ({ exp: now() - 6 })],
    ['is not valid yet', () => ({ nbf: now() + 60 })],
    ['is of another issuer', () => ({ iss: 'https://elsewhere.example' })],
    ['is for another audience', () => ({ aud: 'gpuaas-console' })],
    ['has no audience', () => ({ aud: undefined })],
    ['has no subject', () => ({ sub: undefined })],
    ['has an empty subject', () => ({ sub: '' })],
    ['has a subject without end', () => ({ sub: 'x'.repeat(256) })],
    ['never expires', () => ({ exp: undefined })],
  ])('when it %s', async (_, claims) => refusal(await issuer.sign(claims())))

  test('when it is signed by a key of another issuer under a published key id', async () => {
    const [forged] = await createKeyRing('ES256')
    await refusal(await issuer.sign({}, { key: { ...forged, kid: issuer.keys()[0].kid } }))
  })

  test('when its payload was changed after it was signed', async () => {
    const [header, , signature] = (await issuer.sign()).split('.')
    const [, payload] = (await issuer.sign({ sub: 'somebody-else' })).split('.')
    await refusal(`${String(header)}.${String(payload)}.${String(signature)}`)
  })

  test('when it names no key', async () => refusal(await issuer.sign({}, { kid: undefined })))

  test('when it is not signed at all', async () => {
    const claims = { iss: issuer.issuer, aud: TEST_AUDIENCE, sub: 'subject-1', exp: now() + 3600 }
    await refusal(new UnsecuredJWT(claims).encode())
    const header = Buffer.from(JSON.stringify({ alg: 'none', kid: issuer.keys()[0].kid })).toString('base64url')
    await refusal(`${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`)
    await refusal(`${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.AAAA`)
  })

  test('when it is signed with HS256 and the public key as the secret', async () => {
    const [{ kid }] = issuer.keys()
    const secret = new TextEncoder().encode(await (await fetch(issuer.jwksUri)).text())
    const token = await new SignJWT({ iss: issuer.issuer, aud: TEST_AUDIENCE, sub: 'subject-1', exp: now() + 3600 })
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(secret)
    await refusal(token)
  })

  test('when its algorithm is not on the list, though its key is published', async () => {
    const keys = issuerKeys({ issuer: issuer.issuer, clock, log: silentLog })
    const only = {
      issuer: issuer.issuer,
      audience: TEST_AUDIENCE,
      keys,
      clock,
      log: silentLog,
      algorithms: ['EdDSA'],
    } as const
    verifier = createTokenVerifier(only)
    await refusal(await issuer.sign())
    expect(ACCEPTED_ALGORITHMS).toEqual(['EdDSA', 'ES256', 'PS256', 'RS256'])
  })

  test('when it was good and has expired since', async () => {
    const token = await issuer.sign()
    await authenticate(token)
    clock.advance(3604)
    await authenticate(token)
    clock.advance(2)
    await refusal(token)
  })

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic dXNlcjpwYXNz',
    'Bearer a b',
    'Bearer a, Bearer b',
    'token',
    42,
    ['Bearer x'],
    {},
  ])('when the header is %j', async (header) =>
    expect(verifier.authenticate(header)).rejects.toMatchObject(UNAUTHENTICATED),
  )

  test('when it is oversized, without asking the issuer', async () => {
    await refusal(await issuer.sign({ note: 'x'.repeat(9000) }))
    expect(issuer.keyRequests()).toBe(0)
  })

  test('and the log says why, without the token', async () => {
    const token = await issuer.sign({ aud: 'gpuaas-console' })
    await refusal(token)
    expect(logged.join('')).toContain('unexpected \\"aud\\" claim value')
    expect(logged.join('')).not.toContain(token)
  })
})

describe('the keys of the issuer', () => {
  test('R20: an unknown key id is refused, and accepted once the issuer publishes it', async () => {
    await authenticate(await issuer.sign())
    const [unpublished] = await createKeyRing('ES256')
    await refusal(await issuer.sign({}, { key: unpublished }))
    await issuer.rotate()
    clock.advance(6)
    expect(await authenticate(await issuer.sign())).toMatchObject({ subject: 'subject-1' })
  })

  test('are asked for again at most once in the cooldown, however many unknown key ids arrive', async () => {
    await authenticate(await issuer.sign())
    clock.advance(6)
    const before = issuer.keyRequests()
    const strangers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => issuer.sign({}, { kid: `stranger-${String(index)}` })),
    )
    await Promise.all(strangers.map(refusal))
    for (const stranger of strangers) await refusal(stranger)
    expect(issuer.keyRequests()).toBe(before + 1)
  })

  test('are read once for many tokens at once, and a verified token is not verified again', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.sign()))
    await Promise.all(tokens.map(authenticate))
    expect(issuer.keyRequests()).toBe(1)
    expect(await verifier.authenticate(bearer(tokens[0] ?? ''))).toBe(
      await verifier.authenticate(bearer(tokens[0] ?? '')),
    )
  })

  describe('a connection that brings the same text again', () => {
    const connection = {}
    const shown = async (token: string) => (await verifier.authenticate(bearer(token), connection)).principal

    test('is known at once, and another text on it is read for itself', async () => {
      const [ada, bob] = [await issuer.sign({ sub: 'ada' }), await issuer.sign({ sub: 'bob' })]
      for (let times = 0; times < 3; times++) expect(await shown(ada)).toMatchObject({ subject: 'ada' })
      expect(verifier.authenticate(bearer(ada), connection)).not.toBeInstanceOf(Promise)
      expect(await shown(bob)).toMatchObject({ subject: 'bob' })
      expect(await shown(ada)).toMatchObject({ subject: 'ada' })
      expect(await verifier.authenticate(undefined, connection)).toMatchObject({ principal: ANONYMOUS })
      await expect(verifier.authenticate('Bearer forged', connection)).rejects.toMatchObject(UNAUTHENTICATED)
    })

    test('is refused once its token has expired', async () => {
      const token = await issuer.sign({ exp: now() + 60 })
      await shown(token)
      await shown(token)
      clock.advance(66)
      await expect(verifier.authenticate(bearer(token), connection)).rejects.toMatchObject(UNAUTHENTICATED)
    })

    test('is refused once the key of its token is withdrawn', async () => {
      const token = await issuer.sign()
      await shown(token)
      await shown(token)
      await issuer.rotate(0)
      clock.advance(6)
      await authenticate(await issuer.sign())
      await expect(verifier.authenticate(bearer(token), connection)).rejects.toMatchObject(UNAUTHENTICATED)
    })
  })

  test('once withdrawn, take the tokens that were verified with them along', async () => {
    const old = await issuer.sign()
    await authenticate(old)
    await issuer.rotate(0)
    clock.advance(6)
    await authenticate(await issuer.sign())
    await refusal(old)
  })

  test.each(['broken', 'silent'] as const)(
    'when the issuer is %s at first, give a retryable error, then recover',
    async (behaviour) => {
      issuer.behave(behaviour)
      const token = await issuer.sign()
      await expect(verifier.authenticate(bearer(token))).rejects.toMatchObject({ code: 'IDENTITY_UNAVAILABLE' })
      expect((await verifier.authenticate(undefined)).principal).toBe(ANONYMOUS)
      issuer.behave('well')
      clock.advance(1)
      expect(await authenticate(token)).toMatchObject({ subject: 'subject-1' })
    },
  )

  test('stay in use while the issuer is away, and not for ever', async () => {
    await authenticate(await issuer.sign())
    issuer.behave('broken')
    clock.advance(3600)
    await authenticate(await issuer.sign())
    clock.advance(24 * 3600)
    await expect(verifier.authenticate(bearer(await issuer.sign()))).rejects.toMatchObject({
      code: 'IDENTITY_UNAVAILABLE',
    })
  })

  test('of another issuer are not taken from its discovery document', async () => {
    const impostor = verifierFor(`${issuer.issuer}/`)
    await expect(impostor.authenticate(bearer(await issuer.sign()))).rejects.toMatchObject({
      code: 'IDENTITY_UNAVAILABLE',
    })
  })
})
