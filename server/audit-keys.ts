import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../platform/clock/clock.ts'
import type { Config } from '../platform/config/config.ts'
import { isEmbedded } from '../platform/config/roles.ts'
import { loadOrCreateKeyRing } from '../platform/crypto/key-file.ts'
import { parseKeyRing, publicKeys, type KeyRing } from '../platform/crypto/key-ring.ts'
import { localKeySet, type KeySet } from '../platform/crypto/key-set.ts'
import { remoteKeySet } from '../platform/crypto/remote-key-set.ts'
import type { Log } from '../platform/log/log.ts'

/** What a process knows of the keys of the audit log. */
export interface AuditKeys {
  /** Of a process that seals; undefined where none was given. */
  readonly ring: KeyRing | undefined
  /** By which signatures are checked; undefined where nobody told them. */
  readonly checking: KeySet | undefined
}

export interface AuditKeysParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
}

const ringOf = async (config: Config): Promise<KeyRing | undefined> => {
  const { auditSigningKey, auditSigningKeyFile: file, roles, dataDirectory } = config
  if (auditSigningKey !== undefined) return parseKeyRing('AUDIT_SIGNING_KEY', auditSigningKey.reveal())
  if (file !== undefined) {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Error(`AUDIT_SIGNING_KEY_FILE: ${file} cannot be read`, { cause })
    })
    return parseKeyRing(`AUDIT_SIGNING_KEY_FILE: ${file}`, text)
  }
  return isEmbedded(roles) ? loadOrCreateKeyRing(join(dataDirectory, 'audit', 'signing-keys.json'), 'EdDSA') : undefined
}

/** The keys that sign and check checkpoints: given, or made once where one process is the whole product. */
export const openAuditKeys = async ({ config, clock, log }: AuditKeysParts): Promise<AuditKeys> => {
  const ring = await ringOf(config)
  if (ring !== undefined) {
    const published = publicKeys(ring)
    return { ring, checking: localKeySet(() => published) }
  }
  if (config.roles.has('worker')) log.warn('the audit log is sealed without signed checkpoints: set AUDIT_SIGNING_KEY')
  const url = config.auditJwksUrl
  if (url === undefined) return { ring, checking: undefined }
  return { ring, checking: remoteKeySet({ location: () => Promise.resolve(new URL(url)), clock, log }) }
}

/** Publishes the public half: whoever keeps it elsewhere can check a checkpoint without asking this product. */
export const publishAuditKeys = (app: FastifyInstance, { ring }: AuditKeys): void => {
  if (ring === undefined) return
  const published = publicKeys(ring)
  app.get('/.well-known/audit-jwks.json', (_, reply) =>
    reply.header('cache-control', 'public, max-age=300').send(published),
  )
}
