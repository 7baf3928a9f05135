import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { decodePrincipal, encodePrincipal } from '../../../platform/access/principal-claims.ts'
import type { Principal } from '../../../platform/access/principal.ts'
import type { Cache, CacheKey } from '../../../platform/cache/cache.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import { isUuid, uuidBytes, uuidOf, type Uuid } from '../../../platform/ids/id.ts'

/** What a token is good for: one attachment of one session, by one caller, at one gateway (R41). */
export interface TokenContent {
  readonly organizationId: Uuid
  readonly projectId: Uuid
  readonly sessionId: Uuid
  readonly allocationId: Uuid
  readonly generation: number
  readonly gatewayId: string
  readonly principal: Principal
}

export interface MintedToken {
  readonly token: string
  readonly expiresAt: Date
}

export type Spending =
  | { readonly ok: true; readonly content: TokenContent }
  | {
      readonly ok: false
      readonly code: 'TERMINAL_TOKEN_INVALID' | 'TERMINAL_TOKEN_REPLAYED' | 'TERMINAL_TOKEN_EXPIRED'
    }

/** Tokens that open a terminal, each once. Kept in the cache alone, by their hash: who reads the cache opens nothing. */
export interface TerminalTokens {
  readonly mint: (content: TokenContent, ttlMs: number) => Promise<MintedToken>
  /** Of many at once exactly one gets the content (R42). */
  readonly spend: (token: string) => Promise<Spending>
}

const PROJECT_BYTES = 16
const SECRET_BYTES = 32
/** How long it is remembered that a token was one: a replay and a late comer are told from what never was a token. */
const REMEMBERED_MS = 10 * 60_000
const SPENT = 'spent'

const uuid = z.string().refine(isUuid)
const contentSchema = z.object({
  organizationId: uuid,
  projectId: uuid,
  sessionId: uuid,
  allocationId: uuid,
  generation: z.int().positive(),
  gatewayId: z.string().min(1),
  principal: z.unknown().transform((claims, context) => {
    const principal = decodePrincipal(claims)
    if (principal !== undefined) return principal
    context.addIssue({ code: 'custom' })
    return z.NEVER
  }),
})

interface TokenKeys {
  readonly token: CacheKey
  readonly fate: CacheKey
}

/** The project stands in the token, so that the keys of a tenant begin with the tenant (R98); the secret stands in none. */
const keysOf = (token: string): TokenKeys | undefined => {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== PROJECT_BYTES + SECRET_BYTES || bytes.toString('base64url') !== token) return undefined
  const project = uuidOf(bytes.subarray(0, PROJECT_BYTES))
  const hash = createHash('sha256').update(token).digest('hex')
  return { token: ['terminal.token', project, hash], fate: ['terminal.token-fate', project, hash] }
}

export const terminalTokens = (
  cache: Pick<Cache, 'set' | 'setIfAbsent' | 'take' | 'get'>,
  clock: Clock,
): TerminalTokens => {
  const fateOf = async (key: CacheKey): Promise<Spending> => {
    const fate = await cache.get(key)
    if (fate === undefined) return { ok: false, code: 'TERMINAL_TOKEN_INVALID' }
    const isReplay = fate === SPENT || clock.now().getTime() < Number(fate)
    return { ok: false, code: isReplay ? 'TERMINAL_TOKEN_REPLAYED' : 'TERMINAL_TOKEN_EXPIRED' }
  }

  return {
    mint: async (content, ttlMs) => {
      const token = Buffer.concat([uuidBytes(content.projectId), randomBytes(SECRET_BYTES)]).toString('base64url')
      const keys = keysOf(token)
      if (keys === undefined) throw new Error('A token that was just written cannot be read')
      const expiresAt = new Date(clock.now().getTime() + ttlMs)
      // First what tells its fate: whoever finds the token gone finds out why.
      await cache.set(keys.fate, expiresAt.getTime().toString(), ttlMs + REMEMBERED_MS)
      const value = JSON.stringify({ ...content, principal: encodePrincipal(content.principal) })
      if (!(await cache.setIfAbsent(keys.token, value, ttlMs))) throw new Error('Two terminal tokens are the same')
      return { token, expiresAt }
    },

    spend: async (token) => {
      const keys = keysOf(token)
      if (keys === undefined) return { ok: false, code: 'TERMINAL_TOKEN_INVALID' }
      const value = await cache.take(keys.token)
      if (value === undefined) return fateOf(keys.fate)
      // It is spent already, whether this is remembered or not.
      await cache.set(keys.fate, SPENT, REMEMBERED_MS).catch(() => undefined)
      const content = contentSchema.safeParse(JSON.parse(value))
      return content.success ? { ok: true, content: content.data } : { ok: false, code: 'TERMINAL_TOKEN_INVALID' } // of another release of the product
    },
  }
}
