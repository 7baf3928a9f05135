import type { Access } from '../../../platform/access/access.ts'
import type { SelfScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { Notification } from '../notification/model.ts'
import type { NotificationUnits } from '../units.ts'
import type { Hints } from './hints.ts'
import { NotificationStream } from './stream.ts'

export interface LiveDependencies {
  readonly units: NotificationUnits
  readonly hints: Hints
  readonly clock: Clock
  /** How long a lost hint may delay a notification. */
  readonly pollEveryMs?: number
  /** How old the grants may be by which a notification is shown. */
  readonly grantsForMs?: number
}

export interface StreamRequest {
  /** Of the subscription, for as long as it is open: its grants are read again as they grow old. */
  readonly access: Access
  /** The place to go on from; undefined: from now on. */
  readonly after: bigint | undefined
  /** Ends the stream when it aborts. */
  readonly signal: AbortSignal
}

const BATCH = 100

/** Decides the caller anew by grants that are never older than `grantsForMs`. */
const renewing = (access: Access, clock: Clock, grantsForMs: number) => {
  let readAt = clock.now().getTime()
  return async (): Promise<void> => {
    const now = clock.now().getTime()
    if (now - readAt >= grantsForMs) {
      await access.refresh()
      readAt = now
    }
    access.self()
  }
}

const mayRead =
  (access: Access) =>
  ({ projectId }: Notification): boolean =>
    projectId === null ||
    access.decide({ kind: 'project', capability: 'PROJECT_READ', projectId: projectId.local }).allowed

export type LiveService = ReturnType<typeof liveService>

export const liveService = ({ units, hints, clock, pollEveryMs = 2_000, grantsForMs = 5_000 }: LiveDependencies) => {
  /** A place past the newest is none: the cursor is of another life of the database. */
  const startOf = async (scope: SelfScope, after: bigint | undefined): Promise<bigint> => {
    const last = await units.read(scope, ({ notifications }) => notifications.lastSequence())
    return after === undefined || after > last ? last : after
  }

  return {
    /** Opens the caller's stream. Whoever opens it ends it: by `return`, or by the signal. */
    open: async ({ access, after, signal }: StreamRequest): Promise<AsyncIterableIterator<Notification, undefined>> => {
      const { scope } = access.self()
      let stream: NotificationStream | undefined
      // Hints first. One that comes before the stream is there needs no ear: the first look comes after it.
      const unsubscribe = await hints.subscribe(scope.userId, (sequence) => stream?.hint(sequence))
      const end = (): void => void stream?.return()
      try {
        stream = new NotificationStream({
          position: await startOf(scope, after),
          authorize: renewing(access, clock, grantsForMs),
          read: (from) => units.read(scope, ({ notifications }) => notifications.after(from, BATCH)),
          isVisible: mayRead(access),
          pollEveryMs,
          onEnd: () => {
            signal.removeEventListener('abort', end)
            void unsubscribe()
          },
        })
      } catch (error) {
        await unsubscribe()
        throw error
      }
      signal.addEventListener('abort', end, { once: true })
      if (signal.aborted) end()
      return stream
    },
  }
}
