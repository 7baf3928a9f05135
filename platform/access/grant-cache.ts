import { NO_GRANTS, type Grants, type GrantSource } from './grants.ts'
import { principalKey, type Principal } from './principal.ts'
import type { Cache, Unsubscribe } from '../cache/cache.ts'
import type { Clock } from '../clock/clock.ts'

/** The fan-out channel on which iam says that grants changed. A hint: a lost message costs `ttlMs`, no more. */
export const ACCESS_EPOCH_CHANNEL = 'access.epoch'

/** Whose grants changed: the keys of principals (`principalKey`), or everyone's. */
export type AffectedPrincipals = readonly string[] | 'everyone'

/**
 * How long grants are kept. Where the message of a change is lost, this, the look at what is open (`grant-watch.ts`)
 * and one read stay within the five seconds in which every process heeds a revocation (authorization.md).
 */
const GRANTS_MS = 3_000

/**
 * The grants of this process's callers, kept for seconds and dropped when iam announces a change. A cached permission
 * may serve a read for that long; a mutation and a `@sensitive` field are decided by grants read for them, so that a
 * lost message never lets a write through.
 */
export interface GrantCache extends GrantSource {
  /** Cached for `ttlMs` at most, counted from the start of the read; concurrent callers share one read. */
  readonly load: (principal: Principal) => Promise<Grants>
  /** What `load` would give, where it need not be waited for. */
  readonly held: (principal: Principal) => Grants | undefined
  /** Reads past the cache and replaces what it holds: `@sensitive`, token minting, after a change. */
  readonly fresh: (principal: Principal) => Promise<Grants>
  /** Called by iam after a change of grants has committed; every process drops what it holds of those affected. Never fails. */
  readonly announce: (affected: AffectedPrincipals) => Promise<void>
  /** Tells what is open (subscriptions) that it must be decided again. */
  readonly onDropped: (listener: (affected: AffectedPrincipals) => void) => () => void
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

export interface GrantCacheParts {
  readonly source: GrantSource
  readonly bus: Pick<Cache, 'publish' | 'subscribe'>
  readonly clock: Clock
  readonly ttlMs?: number
  readonly maxPrincipals?: number
}

interface Entry {
  readonly grants: Promise<Grants>
  /** Once the read is done. */
  held: Grants | undefined
  readonly expiresAt: number
}

const EVERYONE = 'everyone'

const parseAffected = (message: string): AffectedPrincipals =>
  message === EVERYONE || message === '' ? EVERYONE : message.split('\n')

/** The least recently loaded goes first when the bound is reached. */
export const createGrantCache = (parts: GrantCacheParts): GrantCache => {
  const { source, bus, clock, ttlMs = GRANTS_MS, maxPrincipals = 20_000 } = parts
  const entries = new Map<string, Entry>()
  const listeners = new Set<(affected: AffectedPrincipals) => void>()
  let unsubscribe: Unsubscribe | undefined

  const read = (key: string, principal: Principal): Promise<Grants> => {
    const expiresAt = clock.now().getTime() + ttlMs
    const entry: Entry = { grants: source.load(principal), held: undefined, expiresAt }
    entries.delete(key)
    entries.set(key, entry)
    const [oldest] = entries.keys()
    if (entries.size > maxPrincipals && oldest !== undefined) entries.delete(oldest)
    entry.grants.then(
      (grants) => (entry.held = grants),
      // A failed read is nobody's answer but of those who waited for it.
      () => {
        if (entries.get(key) === entry) entries.delete(key)
      },
    )
    return entry.grants
  }

  const valid = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    return entry !== undefined && entry.expiresAt > clock.now().getTime() ? entry : undefined
  }

  // A read under way is dropped with the rest: it may have seen the state before the change.
  const drop = (affected: AffectedPrincipals): void => {
    if (affected === EVERYONE) entries.clear()
    else for (const key of affected) entries.delete(key)
    for (const listener of listeners) listener(affected)
  }

  return {
    load: (principal) => {
      if (principal.kind === 'anonymous') return Promise.resolve(NO_GRANTS)
      const key = principalKey(principal)
      return valid(key)?.grants ?? read(key, principal)
    },
    held: (principal) => (principal.kind === 'anonymous' ? NO_GRANTS : valid(principalKey(principal))?.held),
    fresh: (principal) =>
      principal.kind === 'anonymous' ? Promise.resolve(NO_GRANTS) : read(principalKey(principal), principal),
    announce: async (affected) => {
      drop(affected)
      // The change is made: a bus that is down delays the other processes by `ttlMs`, and fails nobody's mutation.
      await bus
        .publish(ACCESS_EPOCH_CHANNEL, affected === EVERYONE ? EVERYONE : affected.join('\n'))
        .catch(() => undefined)
    },
    onDropped: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start: async () => {
      unsubscribe = await bus.subscribe(ACCESS_EPOCH_CHANNEL, (message) => drop(parseAffected(message)))
    },
    stop: async () => {
      await unsubscribe?.()
      unsubscribe = undefined
      entries.clear()
    },
  }
}
