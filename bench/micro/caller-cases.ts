import { importJWK, SignJWT } from 'jose'
import { createTokenVerifier } from '../../gateway/identity/token-verifier.ts'
import { systemClock as clock } from '../../platform/clock/clock.ts'
import { createKeyRing, publicKeys } from '../../platform/crypto/key-ring.ts'
import { localKeySet } from '../../platform/crypto/key-set.ts'
import { silentLog } from '../../platform/log/log.ts'
import { ownersPreflight } from '../authorization-decisions.ts'
import type { Case } from './measure.ts'

const issuer = 'https://issuer.example'
const audience = 'bench'

/** What a request pays for who sends it: the check of a token, remembered and not, and the preflight of an operation. */
export const callerCases = async (): Promise<Case[]> => {
  const keys = await createKeyRing('EdDSA')
  const [key] = keys
  const privateKey = await importJWK({ ...key }, 'EdDSA')
  const tokenOf = (subject: string): Promise<string> =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: 'at+jwt' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
  const headers = await Promise.all(['one', 'other'].map(async (subject) => `Bearer ${await tokenOf(subject)}`))
  const published = publicKeys(keys)
  const set = localKeySet(() => published)
  const verifierOf = (capacity: number) =>
    createTokenVerifier({ issuer, audience, keys: set, clock, log: silentLog, capacity })
  const remembering = verifierOf(100)
  // Room for one of two that come by turns: neither is ever remembered.
  const forgetful = verifierOf(1)
  let turn = 0
  const [one, ten] = [await ownersPreflight(1), await ownersPreflight(10)]
  return [
    { name: 'token check (EdDSA), remembered', work: () => remembering.authenticate(headers[0]) },
    { name: 'token check (EdDSA), first seen', work: () => forgetful.authenticate(headers[turn++ % headers.length]) },
    { name: 'preflight, one project', work: one },
    { name: 'preflight, ten projects', work: ten, against: 'preflight, one project' },
  ]
}
