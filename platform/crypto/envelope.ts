import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/**
 * Envelope encryption (R56, R96): each plaintext under a data key of its own, and the data key under a key-encryption
 * key that never leaves the process. Both with AES-256-GCM; the format is in docs/guides/secrets.md.
 */
export interface Sealed {
  /** Which key-encryption key wrapped the data key; says nothing about it. */
  readonly keyId: string
  /** `0x01 ‖ nonce (12) ‖ encrypted data key (32) ‖ tag (16)`. */
  readonly wrappedKey: Uint8Array
  /** `0x01 ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. */
  readonly ciphertext: Uint8Array
}

/**
 * What a plaintext belongs to, from the owner inwards. Authenticated, not stored: who moves a ciphertext to another
 * place has to open it with that place's binding, which fails.
 */
export type Binding = readonly [string, ...string[]]

export interface Envelope {
  /** With the first key. */
  readonly seal: (plaintext: Uint8Array, binding: Binding) => Sealed
  /** With whichever key sealed it. Throws when that key is not known, and when anything was changed or moved. */
  readonly open: (sealed: Sealed, binding: Binding) => Buffer
}

const FORMAT = 1
const NONCE = 12
const TAG = 16
const KEY = 32
const DOMAIN = 'gpuaas.envelope.v1'

/** Each part behind its length, so that no two lists of parts are the same bytes. */
const canonical = (parts: readonly string[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8')
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )

const encrypt = (key: Uint8Array, plaintext: Uint8Array, associated: readonly string[]): Buffer => {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG }).setAAD(canonical(associated))
  return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

const decrypt = (key: Uint8Array, sealed: Uint8Array, associated: readonly string[]): Buffer => {
  const bytes = Buffer.from(sealed)
  if (bytes.length < 1 + NONCE + TAG || bytes[0] !== FORMAT) throw new Error('This is no envelope of a known format')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE), { authTagLength: TAG })
    .setAAD(canonical(associated))
    .setAuthTag(bytes.subarray(-TAG))
  return Buffer.concat([decipher.update(bytes.subarray(1 + NONCE, -TAG)), decipher.final()])
}

/** A key and its name, both of the same text and neither telling of the other (RFC 5869). */
const keyOf = (text: string): { readonly id: string; readonly key: Buffer } => {
  const derived = (use: string, length: number) => Buffer.from(hkdfSync('sha256', text, '', `${DOMAIN} ${use}`, length))
  return { id: derived('key id', 8).toString('hex'), key: derived('key-encryption key', KEY) }
}

/** The first key seals; each opens what it sealed, so that a key is changed by putting the new one first. */
export const createEnvelope = (keys: readonly [string, ...string[]]): Envelope => {
  const first = keyOf(keys[0])
  const byId = new Map(keys.map(keyOf).map(({ id, key }) => [id, key]))
  return {
    seal: (plaintext, binding) => {
      const dataKey = randomBytes(KEY)
      try {
        return {
          keyId: first.id,
          wrappedKey: encrypt(first.key, dataKey, [DOMAIN, 'data-key', first.id, ...binding]),
          ciphertext: encrypt(dataKey, plaintext, [DOMAIN, 'content', ...binding]),
        }
      } finally {
        dataKey.fill(0)
      }
    },
    open: ({ keyId, wrappedKey, ciphertext }, binding) => {
      const key = byId.get(keyId)
      if (key === undefined) throw new Error(`The key ${keyId} that sealed this is not among those of this process`)
      const dataKey = decrypt(key, wrappedKey, [DOMAIN, 'data-key', keyId, ...binding])
      try {
        return decrypt(dataKey, ciphertext, [DOMAIN, 'content', ...binding])
      } finally {
        dataKey.fill(0)
      }
    },
  }
}
