import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose'
import { z } from 'zod'

export type SigningAlgorithm = 'EdDSA' | 'ES256'

const base64url = z.string().regex(/^[\w-]+$/)

/** Private JSON Web Keys (RFC 7517) of the two kinds that sign here. Members that are not named are dropped. */
const privateKeySchema = z.discriminatedUnion('crv', [
  z.object({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    kid: z.string().min(1).exactOptional(),
    x: base64url,
    d: base64url,
  }),
  z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    kid: z.string().min(1).exactOptional(),
    x: base64url,
    y: base64url,
    d: base64url,
  }),
])

const keyRingSchema = z
  .union([z.object({ keys: z.array(privateKeySchema).min(1) }), privateKeySchema.transform((key) => ({ keys: [key] }))])
  .transform(({ keys }) => keys)

export type PrivateKey = z.infer<typeof privateKeySchema> & {
  readonly kid: string
  readonly alg: SigningAlgorithm
}

/**
 * Keys of one signer, never empty. The first signs; all are published, so that what an earlier key signed stays valid
 * until it expires (R22).
 */
export type KeyRing = readonly [PrivateKey, ...PrivateKey[]]

const ALGORITHMS = { Ed25519: 'EdDSA', 'P-256': 'ES256' } as const

/** What verifiers may know: the public half of every key. An allow-list, so that no private member can slip through. */
export const publicKeys = (ring: KeyRing): JSONWebKeySet => ({
  keys: ring.map((key): JWK => ({
    kty: key.kty,
    crv: key.crv,
    x: key.x,
    ...(key.kty === 'EC' ? { y: key.y } : {}),
    kid: key.kid,
    alg: key.alg,
    use: 'sig',
  })),
})

export const createKeyRing = async (algorithm: SigningAlgorithm): Promise<KeyRing> => [await createKey(algorithm)]

/** A new key signs from now on; the `overlap` youngest earlier keys stay published, older ones are gone. */
export const rotateKeyRing = async (ring: KeyRing, overlap = 1): Promise<KeyRing> => [
  await createKey(ring[0].alg),
  ...ring.slice(0, overlap),
]

/** A private JSON Web Key, or a set of them of which the first signs. Throws an error that names `source` and no key. */
export const parseKeyRing = async (source: string, text: string): Promise<KeyRing> => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error(`${source} is not JSON`) // without its cause, which quotes the text
  }
  const parsed = keyRingSchema.safeParse(json)
  const [first, ...others] = parsed.success ? await Promise.all(parsed.data.map(named)) : []
  if (first === undefined) {
    throw new Error(
      `${source} must hold a private Ed25519 or P-256 JSON Web Key, or a set of them of which the first signs`,
    )
  }
  const ids = new Set([first, ...others].map(({ kid }) => kid))
  if (ids.size <= others.length) throw new Error(`${source} holds two keys with one id (kid)`)
  return [first, ...others]
}

/** The text that `parseKeyRing` reads. */
export const printKeyRing = (ring: KeyRing): string => `${JSON.stringify({ keys: ring }, undefined, 2)}\n`

const named = async (key: z.infer<typeof privateKeySchema>): Promise<PrivateKey> => ({
  ...key,
  kid: key.kid ?? (await calculateJwkThumbprint(key)),
  alg: ALGORITHMS[key.crv],
})

const createKey = async (algorithm: SigningAlgorithm): Promise<PrivateKey> => {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return named(privateKeySchema.parse(await exportJWK(privateKey)))
}
