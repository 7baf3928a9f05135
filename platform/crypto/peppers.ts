import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A hash of a secret, and which pepper made it. Worth nothing to who has the table and not the pepper. */
export interface PepperedHash {
  readonly hash: Uint8Array
  readonly pepperId: string
}

/** Hashes secrets that are random already (256 bits), so that a fast hash is enough: HMAC-SHA-256 (R19). */
export interface Peppers {
  /** With the first pepper. `context` binds the hash to what the secret belongs to. */
  readonly hash: (context: string, secret: Uint8Array) => PepperedHash
  /** Constant in time, and the same work where `known` is undefined: a stranger learns nothing from waiting. */
  readonly matches: (context: string, secret: Uint8Array, known: PepperedHash | undefined) => boolean
  /** A secret of this installation that is the same at each start: demo data's. */
  readonly derive: (label: string) => Buffer
}

const hmac = (pepper: string, context: string, secret: Uint8Array): Buffer =>
  createHmac('sha256', pepper).update(context).update('\0').update(secret).digest()

/** Tells peppers apart, and says nothing about them: their hash, cut to 64 bits. */
const idOf = (pepper: string): string => createHash('sha256').update(pepper).digest('hex').slice(0, 16)

/** The first hashes; each verifies what it hashed, so that a pepper is changed by putting the new one first. */
export const createPeppers = (peppers: readonly [string, ...string[]]): Peppers => {
  const [first] = peppers
  const byId = new Map(peppers.map((pepper) => [idOf(pepper), pepper]))
  const nobodys = randomBytes(32)
  return {
    hash: (context, secret) => ({ hash: hmac(first, context, secret), pepperId: idOf(first) }),
    matches: (context, secret, known) => {
      const pepper = known && byId.get(known.pepperId)
      const found = hmac(pepper ?? first, context, secret)
      const isEqual = timingSafeEqual(found, known?.hash.length === found.length ? known.hash : nobodys)
      return isEqual && pepper !== undefined
    },
    derive: (label) => createHmac('sha256', first).update('derive\0').update(label).digest(),
  }
}
