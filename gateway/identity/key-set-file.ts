import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'

/** What a public key is made of (RFC 7517, RFC 7518): an allow-list, so that no private member is ever kept. */
const PUBLIC_MEMBERS = new Set(['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use', 'key_ops'])

const publicPart = (key: Readonly<Record<string, unknown>> & { readonly kty: string }) => ({
  ...Object.fromEntries(Object.entries(key).filter(([member]) => PUBLIC_MEMBERS.has(member))),
  kty: key.kty,
})

const keySetSchema = z.object({
  keys: z
    .array(z.looseObject({ kty: z.string(), kid: z.string().exactOptional() }))
    .min(1)
    .max(100),
})

/** Reads a file of an issuer's public keys. Throws an error that says what is missing. */
export const parseKeySet = (text: string): JSONWebKeySet => {
  const parsed = keySetSchema.safeParse(parseJson(text))
  if (!parsed.success) throw new Error('it must hold a JSON Web Key Set: { "keys": [ … ] }, with one key at least')
  return { keys: parsed.data.keys.map(publicPart) }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('it is not JSON') // without its cause, which quotes the text
  }
}
