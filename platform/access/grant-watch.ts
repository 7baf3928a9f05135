import type { AffectedPrincipals, GrantCache } from './grant-cache.ts'
import type { Grants } from './grants.ts'
import { principalKey, type Principal } from './principal.ts'
import type { Log } from '../log/log.ts'

/** Something open that lives on a permission: a connection, a subscription, a terminal. */
export interface Watched {
  readonly principal: Principal
  /** Decides again whether it may stay open, by grants of this moment, and ends it where it may not. */
  readonly review: () => Promise<void>
}

/** Has open things reviewed, each at the latest when the grants of its principal were read again. */
export interface GrantWatch {
  /** The first review comes at once: grants may have changed since it was opened. Gives the release. */
  readonly watch: (watched: Watched) => () => void
  readonly stop: () => void
}

export interface GrantWatchParts {
  readonly grants: Pick<GrantCache, 'load' | 'onDropped'>
  readonly log: Log
  /** How often it is looked whether grants have aged: the cache reads them anew when they have. */
  readonly pollMs?: number
}

interface Watching {
  readonly principal: Principal
  /** What is open, with the grants by which it was reviewed last. */
  readonly open: Map<Watched, Grants | undefined>
}

const POLL_MS = 500
const CONCURRENT_READS = 16

/**
 * Ends what is open when its permission ends: at once on the message that grants changed, and where the message was
 * lost as soon as the cache reads them anew. One read serves everything that one principal has open.
 */
export const createGrantWatch = ({ grants, log, pollMs = POLL_MS }: GrantWatchParts): GrantWatch => {
  const watching = new Map<string, Watching>()
  const waiting = new Set<string>()
  let running = 0

  const reviewAll = async ({ principal, open }: Watching): Promise<void> => {
    const held = await grants.load(principal)
    for (const [watched, seen] of open) {
      if (seen === held) continue
      open.set(watched, held)
      watched.review().catch((error: unknown) => {
        // Tried again with the next look; until then each event is still decided by itself.
        if (open.has(watched)) open.set(watched, undefined)
        log.warn({ err: error }, 'something open could not be reviewed')
      })
    }
  }

  const work = async (): Promise<void> => {
    running++
    for (const key of waiting) {
      waiting.delete(key)
      const found = watching.get(key)
      if (found === undefined) continue
      await reviewAll(found).catch((error: unknown) => {
        log.warn({ err: error }, 'the grants of what is open could not be read')
      })
    }
    running--
  }

  const look = (keys: Iterable<string>): void => {
    for (const key of keys) if (watching.has(key)) waiting.add(key)
    while (running < CONCURRENT_READS && waiting.size > 0) void work()
  }

  const stopListening = grants.onDropped((affected: AffectedPrincipals) => {
    look(affected === 'everyone' ? watching.keys() : affected)
  })
  const poll = setInterval(() => {
    look(watching.keys())
  }, pollMs)
  poll.unref()

  return {
    watch: (watched) => {
      const { principal } = watched
      if (principal.kind === 'anonymous') return () => undefined
      const key = principalKey(principal)
      const found = watching.get(key) ?? { principal, open: new Map<Watched, Grants | undefined>() }
      watching.set(key, found)
      found.open.set(watched, undefined)
      look([key])
      return () => {
        found.open.delete(watched)
        if (found.open.size === 0 && watching.get(key) === found) watching.delete(key)
      }
    },
    stop: () => {
      stopListening()
      clearInterval(poll)
      watching.clear()
    },
  }
}
