import { createAccess } from '../../../platform/access/access.ts'
import type { Grants } from '../../../platform/access/grants.ts'
import type { UserPrincipal } from '../../../platform/access/principal.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { silentLog } from '../../../platform/log/log.ts'
import type { SubgraphPlatform } from '../../../platform/subgraph/module.ts'
import type { Places } from '../channel/model.ts'
import { createCursors } from '../cursor/cursors.ts'
import { createHints } from '../live/hints.ts'
import { liveService, type LiveDependencies } from '../live/service.ts'
import type { Notification } from '../notification/model.ts'
import { preferenceService } from '../preference/service.ts'
import { notificationUnits } from '../units.ts'

const PRINCIPAL: UserPrincipal = {
  kind: 'user',
  subject: 'user',
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
}

export interface StreamOptions {
  readonly platform: Pick<SubgraphPlatform, 'database' | 'cache' | 'clock'>
  /** What the caller holds at this moment. */
  readonly grants: () => Grants
  readonly pollEveryMs: number
  /** A cursor, or a place in the caller's own channel. */
  readonly after?: string | bigint | undefined
}

/** What one process of the product does for streams, with all that it holds open. */
export const streamingProcess = ({ platform, grants, pollEveryMs }: Omit<StreamOptions, 'after'>) => {
  const { database, cache, clock } = platform
  const units = notificationUnits(database)
  const cursors = createCursors(units)
  const reviews = new Set<() => Promise<void>>()
  let ears = 0
  const watch: LiveDependencies['watch'] = ({ review }) => {
    reviews.add(review)
    return () => reviews.delete(review)
  }
  const subscribe: typeof cache.subscribe = async (channel, listener) => {
    const unsubscribe = await cache.subscribe(channel, listener)
    ears += 1
    return () => {
      ears -= 1
      return unsubscribe()
    }
  }
  const source = { load: () => Promise.resolve(grants()) }
  const hints = createHints({ publish: cache.publish, subscribe }, silentLog)
  const preferences = preferenceService({ units, hints, clock })
  const live = liveService({
    units,
    hints,
    cursors,
    preferences,
    grants: source,
    watch,
    clock,
    log: silentLog,
    pollEveryMs,
  })

  return {
    /** How many channels of the bus it listens to, and how many streams it would review. */
    ears: () => ears,
    watched: () => reviews.size,
    /** What the change of somebody's grants brings about. */
    review: async () => {
      await Promise.all([...reviews].map((again) => again()))
    },
    cursor: async (stream: Pick<Notification, 'places'>, user: Uuid): Promise<string> =>
      (await cursors.codec()).write(user, stream.places ?? new Map()),

    open: async (after?: string | bigint) => {
      const held = grants()
      const access = createAccess({ principal: PRINCIPAL, grants: held, reload: source.load })
      const user = access.self().scope.userId
      const closing = new AbortController()
      const cursor = typeof after === 'bigint' ? (await cursors.codec()).write(user, new Map([[user, after]])) : after
      const stream = await live.open({ access, after: cursor, signal: closing.signal })
      let last: Notification | undefined
      const seen = async (): Promise<Notification> => {
        const { value } = await stream.next()
        if (value === undefined) throw new Error('The stream has ended')
        return (last = value)
      }
      return {
        stream,
        closing,
        seen,
        /** Where it is in every channel. */
        places: (): Places => last?.places ?? new Map(),
        /** The places in their channels of the next ones. */
        take: async (count: number): Promise<number[]> => {
          const taken: number[] = []
          while (taken.length < count) taken.push(Number((await seen()).sequence))
          return taken
        },
      }
    },
  }
}

export type StreamingProcess = ReturnType<typeof streamingProcess>
