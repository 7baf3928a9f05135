import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { createInternalTokenVerifier } from '../../platform/access/internal-token.ts'
import { ANONYMOUS, type Principal, type UserPrincipal } from '../../platform/access/principal.ts'
import { createKeyRing, rotateKeyRing, type KeyRing } from '../../platform/crypto/key-ring.ts'
import { localKeySet } from '../../platform/crypto/key-set.ts'
import { remoteKeySet } from '../../platform/crypto/remote-key-set.ts'
import { silentLog } from '../../platform/log/log.ts'
import { manualClock } from '../../test/testkit/manual-clock.ts'
import { createInternalSigner } from './internal-signer.ts'

const olivia: UserPrincipal = {
  kind: 'user',
  subject: 'olivia',
  sessionId: 'session-1',
  authenticatedAt: new Date('2026-03-01T11:59:00Z'),
  assurance: 'single',
}
const robot: Principal = {
  kind: 'service-account',
  serviceAccountId: 'sa-1',
  apiKeyId: 'key-1',
  capabilities: ['COMPUTE_ALLOCATION_READ'],
}

const arrange = async (lifeSeconds = 60) => {
  const clock = manualClock()
  const keys = await createKeyRing('EdDSA')
  const signer = createInternalSigner({ keys, clock, lifeSeconds })
  const verifierOf = (audience: string) =>
    createInternalTokenVerifier({ audience, keys: localKeySet(signer.jwks), clock, log: silentLog })
  return { clock, keys, signer, verifierOf, compute: verifierOf('compute') }
}

describe('a subgraph', () => {
  test.each([olivia, robot, ANONYMOUS])('learns who is calling: $kind', async (principal) => {
    const { signer, compute } = await arrange()
    expect(await compute.verify(await signer.sign(principal, 'compute'))).toEqual(principal)
  })

  test('refuses a token for another subgraph', async () => {
    const { signer, compute } = await arrange()
    await expect(compute.verify(await signer.sign(olivia, 'billing'))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
  })

  test('accepts a token again within its minute, by design, and not after', async () => {
    const { clock, signer, compute } = await arrange()
    const token = await signer.sign(olivia, 'compute')
    await compute.verify(token)
    clock.advance(59)
    expect(await compute.verify(token)).toEqual(olivia)
    clock.advance(7)
    await expect(compute.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('reads the keys of its gateway over HTTP', async () => {
    const { clock, signer } = await arrange()
    const server = createServer((_request, response) => response.end(JSON.stringify(signer.jwks())))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo // a server that listens on a port has one
      const location = async () => new URL(`http://127.0.0.1:${String(port)}/.well-known/jwks.json`)
      const keys = remoteKeySet({ location, clock, log: silentLog })
      const compute = createInternalTokenVerifier({ audience: 'compute', keys, clock, log: silentLog })
      expect(await compute.verify(await signer.sign(olivia, 'compute'))).toEqual(olivia)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

describe('a token', () => {
  test('names its key and says nothing but who, for whom and how long', async () => {
    const { keys, signer, clock } = await arrange()
    const token = await signer.sign(olivia, 'compute')
    const now = clock.now().getTime() / 1000
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', kid: keys[0].kid, typ: 'gpuaas-principal+jwt' })
    expect(decodeJwt(token)).toEqual({
      iss: 'gpuaas-gateway',
      aud: 'compute',
      iat: now,
      exp: now + 60,
      kind: 'user',
      sub: 'olivia',
      sid: 'session-1',
      auth_time: now - 60,
      assurance: 'single',
    })
  })

  test('is signed once and reused until half of its life has passed', async () => {
    const { clock, signer } = await arrange()
    const first = await signer.sign(olivia, 'compute')
    clock.advance(29)
    expect(await signer.sign({ ...olivia }, 'compute')).toBe(first)
    clock.advance(1)
    expect(await signer.sign(olivia, 'compute')).not.toBe(first)
  })

  test('that could not be signed is tried anew, by whoever waited for it too', async () => {
    const [unfit] = await createKeyRing('ES256')
    const signer = createInternalSigner({ keys: [{ ...unfit, alg: 'EdDSA' }], clock: manualClock() })
    const waiting = { ...olivia }
    const first = signer.sign(olivia, 'compute')
    expect(signer.sign(waiting, 'compute')).toBe(first)
    await expect(first).rejects.toThrow()
    const second = signer.sign(waiting, 'compute')
    expect(second).not.toBe(first)
    await expect(second).rejects.toThrow()
  })

  test('is never shared between audiences, assurances, sessions or sign-ins', async () => {
    const { signer } = await arrange()
    const principals: readonly Principal[] = [
      olivia,
      { ...olivia, assurance: 'multi' },
      { ...olivia, sessionId: 'session-2' },
      { ...olivia, authenticatedAt: undefined },
      { ...olivia, subject: 'anonymous' },
      ANONYMOUS,
      robot,
    ]
    const tokens = await Promise.all(
      principals.flatMap((principal) =>
        ['compute', 'billing'].map(async (audience) => signer.sign(principal, audience)),
      ),
    )
    expect(new Set(tokens).size).toBe(principals.length * 2)
  })

  test('cannot be asked to live longer than a minute', async () => {
    const keys = await createKeyRing('EdDSA')
    expect(() => createInternalSigner({ keys, clock: manualClock(), lifeSeconds: 61 })).toThrow('at most 60 s')
  })

  test('is not signed by a key of another kind', async () => {
    const keys = await createKeyRing('ES256')
    expect(() => createInternalSigner({ keys, clock: manualClock() })).toThrow('EdDSA')
  })
})

describe('R22: after the keys were rotated', () => {
  const rotated = async (
    overlap: number,
  ): Promise<{ old: string; next: KeyRing } & Awaited<ReturnType<typeof arrange>>> => {
    const arranged = await arrange()
    const old = await arranged.signer.sign(olivia, 'compute')
    const next = await rotateKeyRing(arranged.keys, overlap)
    arranged.signer.use(next)
    return { ...arranged, old, next }
  }

  test('new tokens name the new key, and old ones stay valid while their key is published', async () => {
    const { signer, compute, old, next } = await rotated(1)
    const token = await signer.sign(olivia, 'compute')
    expect(decodeProtectedHeader(token).kid).toBe(next[0].kid)
    expect(await compute.verify(token)).toEqual(olivia)
    expect(await compute.verify(old)).toEqual(olivia)
  })

  test('a token that was being signed meanwhile is not used again', async () => {
    const { signer, keys } = await arrange()
    const signing = signer.sign(olivia, 'compute')
    const next = await rotateKeyRing(keys, 1)
    signer.use(next)
    await signing
    expect(decodeProtectedHeader(await signer.sign(olivia, 'compute')).kid).toBe(next[0].kid)
  })

  test('a token of a key that is gone is refused', async () => {
    const { compute, old } = await rotated(0)
    await expect(compute.verify(old)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})
