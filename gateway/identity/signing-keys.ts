import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Secret } from '../../platform/config/secret.ts'
import { loadOrCreateKeyRing } from '../../platform/crypto/key-file.ts'
import { parseKeyRing, type KeyRing } from '../../platform/crypto/key-ring.ts'

/** At most one of the first two is set; the third serves when neither is. */
export interface SigningKeySources {
  readonly internalSigningKey: Secret | undefined
  readonly internalSigningKeyFile: string | undefined
  readonly dataDirectory: string
}

/** The keys for internal tokens: given, or made once and kept in the data directory. */
export const loadSigningKeys = async (sources: SigningKeySources): Promise<KeyRing> => {
  const { internalSigningKey, internalSigningKeyFile, dataDirectory } = sources
  if (internalSigningKey !== undefined) return parseKeyRing('INTERNAL_SIGNING_KEY', internalSigningKey.reveal())
  if (internalSigningKeyFile === undefined) {
    return loadOrCreateKeyRing(join(dataDirectory, 'gateway', 'signing-keys.json'), 'EdDSA')
  }
  const text = await readFile(internalSigningKeyFile, 'utf8').catch((cause: unknown) => {
    throw new Error(`INTERNAL_SIGNING_KEY_FILE: ${internalSigningKeyFile} cannot be read`, { cause })
  })
  return parseKeyRing(`INTERNAL_SIGNING_KEY_FILE: ${internalSigningKeyFile}`, text)
}
