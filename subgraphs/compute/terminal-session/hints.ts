import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { Cache, Unsubscribe } from '../../../platform/cache/cache.ts'
import type { Channel } from '../../../platform/cache/inventory.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { Log } from '../../../platform/log/log.ts'

/** Where a session is told of: its project, allocation, node and itself (R44). */
export interface SessionPlace {
  readonly scope: Pick<ProjectScope, 'projectId'>
  readonly allocationId: Uuid
  readonly nodeId: Uuid
  readonly sessionId: Uuid
}

/** Tells whoever watches a session that its row changed. It only makes them quick: the row is the truth. */
export interface TerminalHints {
  /** Never fails: who is not told finds out when they look by themselves. */
  readonly publish: (place: SessionPlace, version: number) => Promise<void>
  /** `listener` gets versions; they may be lost, repeated, or come in another order. Never fails. */
  readonly subscribe: (place: SessionPlace, listener: (version: number) => void) => Promise<Unsubscribe>
}

/** No part is a prefix of another's: ids are of one length, and what is said of one session reaches no other. */
const channelOf = ({ scope, allocationId, nodeId, sessionId }: SessionPlace): Channel =>
  `terminal.session.${scope.projectId}.${allocationId}.${nodeId}.${sessionId}`

const VERSION = /^\d{1,9}$/

export const terminalHints = (bus: Pick<Cache, 'publish' | 'subscribe'>, log: Log): TerminalHints => ({
  publish: async (place, version) => {
    try {
      await bus.publish(channelOf(place), version.toString())
    } catch (error) {
      log.warn({ err: error }, 'a hint of a terminal session was not published; its watchers look by themselves')
    }
  },
  subscribe: async (place, listener) => {
    try {
      return await bus.subscribe(channelOf(place), (message) => {
        if (VERSION.test(message)) listener(Number(message))
      })
    } catch (error) {
      log.warn({ err: error }, 'there are no hints of a terminal session; its watcher looks by itself')
      return () => Promise.resolve()
    }
  },
})
