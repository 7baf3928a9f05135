import { join } from 'node:path'
import type { Secret } from '../../platform/config/secret.ts'
import { loadOrCreateKeyRing } from '../../platform/crypto/key-file.ts'
import { createKeyRing, parseKeyRing, type KeyRing } from '../../platform/crypto/key-ring.ts'
import { openFollowedFile, type FollowedFile } from '../../platform/files/followed-file.ts'
import type { Log } from '../../platform/log/log.ts'

/** At most one of the first two is set; the third serves when neither is. */
export interface SigningKeySources {
  readonly internalSigningKey: Secret | undefined
  readonly internalSigningKeyFile: string | undefined
  /** Where keys are made and kept. Undefined: they are made for the life of this process. */
  readonly dataDirectory: string | undefined
}

export interface SigningKeysOptions {
  readonly sources: SigningKeySources
  readonly log: Log
  /** The file of the keys holds others now. */
  readonly onChange: (keys: KeyRing) => void
}

/** The keys for internal tokens. Keys in a file are read again when it changes; a file that is wrong changes nothing. */
export const openSigningKeys = async ({
  sources,
  log,
  onChange,
}: SigningKeysOptions): Promise<FollowedFile<KeyRing>> => {
  const { internalSigningKey, internalSigningKeyFile, dataDirectory } = sources
  const parse = (text: string): Promise<KeyRing> => parseKeyRing('it', text).then(requireEdDsa)
  const follow = (setting: string, file: string) => openFollowedFile({ setting, file, parse, log, onChange })

  if (internalSigningKey !== undefined) {
    return constant(requireEdDsa(await parseKeyRing('INTERNAL_SIGNING_KEY', internalSigningKey.reveal())))
  }
  if (internalSigningKeyFile !== undefined) return follow('INTERNAL_SIGNING_KEY_FILE', internalSigningKeyFile)
  if (dataDirectory === undefined) return constant(await createKeyRing('EdDSA'))
  const file = join(dataDirectory, 'gateway', 'signing-keys.json')
  await loadOrCreateKeyRing(file, 'EdDSA')
  return follow('DATA_DIR', file)
}

const constant = (keys: KeyRing): FollowedFile<KeyRing> => ({ current: () => keys, stop: () => undefined })

/** All of them: each of the ring comes to sign when the ring turns. */
const requireEdDsa = (keys: KeyRing): KeyRing => {
  const other = keys.find(({ alg }) => alg !== 'EdDSA')
  if (other === undefined) return keys
  throw new Error(`internal tokens are signed with EdDSA, and the key ${other.kid} is for ${other.alg}`)
}
