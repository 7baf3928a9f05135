import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import { isApiKeyText, matchesApiKey, parseApiKey, type ApiKeyText } from './api-key.ts'
import type { AffectedPrincipals, GrantCache } from './grant-cache.ts'
import { principalKey, type ServiceAccountPrincipal } from './principal.ts'
import type { Clock } from '../clock/clock.ts'
import type { Peppers } from '../crypto/peppers.ts'
import { asFault } from '../database/faults.ts'
import { ownedId, type Uuid } from '../ids/id.ts'

/** Whom a key lets in, and until when. */
export interface ApiKeyHolder {
  readonly principal: ServiceAccountPrincipal
  readonly expiresAt: Date
}

export interface ApiKeys {
  /** Whether a bearer text means to be a key. */
  readonly recognizes: (text: string) => boolean
  /**
   * Undefined for what lets nobody in: malformed, unknown, wrong, revoked, expired. Unknown and wrong take the same
   * look-up and the same hash. A good key is kept for `ttlMs`, and dropped when its grants are (R17, R19). Rejects with
   * `DATABASE_UNAVAILABLE` while nobody can tell.
   */
  readonly authenticate: (text: string) => Promise<ApiKeyHolder | undefined>
}

export interface ApiKeysParts {
  /** Connected with the role that may read `iam.access_keys`; of its own, so that guesses never hold up grants. */
  readonly pool: Pick<Pool, 'query'>
  readonly peppers: Peppers
  readonly grants: Pick<GrantCache, 'onDropped'>
  readonly clock: Clock
  readonly ttlMs?: number
  /** Keys remembered at once. */
  readonly capacity?: number
}

interface KeyRow {
  readonly service_account_id: Uuid
  readonly project_id: Uuid
  readonly capabilities: readonly string[]
  readonly secret_hash: Buffer
  readonly pepper_id: string
  readonly valid_until: Date
}

const QUERY = {
  name: 'access-key',
  text: `select service_account_id, project_id, capabilities, secret_hash, pepper_id, valid_until
         from iam.access_keys where key_id = $1`,
}

interface Entry {
  readonly holder: ApiKeyHolder
  readonly name: string
  readonly goodUntil: number
}

/** The memory of the process holds no key longer than a request does. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

export const createApiKeys = (parts: ApiKeysParts): ApiKeys => {
  const { pool, peppers, grants, clock, ttlMs = 5_000, capacity = 10_000 } = parts
  const known = new Map<string, Entry>()
  /** Look-ups under way: shared, and kept apart, so that guesses push no good key out. */
  const pending = new Map<string, Promise<ApiKeyHolder | undefined>>()

  const rowOf = async ({ keyId }: ApiKeyText): Promise<KeyRow | undefined> => {
    try {
      return (await pool.query<KeyRow>({ ...QUERY, values: [keyId] })).rows[0]
    } catch (error) {
      throw asFault(error)
    }
  }

  const lookUp = async (key: ApiKeyText): Promise<ApiKeyHolder | undefined> => {
    const row = await rowOf(key)
    const isRight = matchesApiKey(peppers, key, row && { hash: row.secret_hash, pepperId: row.pepper_id })
    if (row === undefined || !isRight || row.valid_until.getTime() <= clock.now().getTime()) return undefined
    const principal: ServiceAccountPrincipal = Object.freeze({
      kind: 'service-account',
      serviceAccountId: ownedId('sva', row.project_id, row.service_account_id).text,
      apiKeyId: ownedId('key', row.project_id, key.keyId).text,
      capabilities: row.capabilities,
    })
    return { principal, expiresAt: row.valid_until }
  }

  const keep = (text: string, holder: ApiKeyHolder, readAt: number): void => {
    const goodUntil = Math.min(readAt + ttlMs, holder.expiresAt.getTime())
    known.set(text, { holder, name: principalKey(holder.principal), goodUntil })
    const [oldest] = known.keys()
    if (known.size > capacity && oldest !== undefined) known.delete(oldest)
  }

  const read = (text: string, key: ApiKeyText): Promise<ApiKeyHolder | undefined> => {
    const readAt = clock.now().getTime()
    const found = lookUp(key)
    pending.set(text, found)
    const settle = (holder?: ApiKeyHolder): void => {
      if (pending.get(text) !== found) return // dropped meanwhile: it may have seen the state before the change
      pending.delete(text)
      if (holder !== undefined) keep(text, holder, readAt)
    }
    found.then(settle, () => {
      settle()
    })
    return found
  }

  grants.onDropped((affected: AffectedPrincipals) => {
    pending.clear()
    if (affected === 'everyone') known.clear()
    else for (const [text, { name }] of known) if (affected.includes(name)) known.delete(text)
  })

  return {
    recognizes: isApiKeyText,
    authenticate: (text) => {
      const key = parseApiKey(text)
      if (key === undefined) return Promise.resolve(undefined)
      const name = digest(text)
      const entry = known.get(name)
      known.delete(name)
      if (entry === undefined || entry.goodUntil <= clock.now().getTime()) return pending.get(name) ?? read(name, key)
      known.set(name, entry) // used last, goes last
      return Promise.resolve(entry.holder)
    },
  }
}
