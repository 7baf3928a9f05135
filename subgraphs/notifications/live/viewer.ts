import { denialError } from '../../../platform/access/access.ts'
import { decide } from '../../../platform/access/decide.ts'
import type { Grants, GrantSource } from '../../../platform/access/grants.ts'
import type { Principal } from '../../../platform/access/principal.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { memberOf, readableChannels, type ReadableChannel } from '../channel/readable.ts'
import type { Notification } from '../notification/model.ts'

/** Whoever a stream is for, by grants that are never older than `grantsForMs`. */
export interface Viewer {
  /** Reads the grants again when they are old. Rejects with the denial of who may no longer ask. */
  readonly authorize: () => Promise<void>
  /** Reads the grants of this moment. */
  readonly renew: () => Promise<void>
  readonly channels: () => readonly ReadableChannel[]
  readonly maySee: (notification: Notification) => boolean
}

export interface ViewerParts {
  readonly principal: Principal
  readonly userId: Uuid
  /** By which the stream was opened. */
  readonly held: Grants
  readonly source: GrantSource
  readonly clock: Clock
  readonly grantsForMs: number
}

export const createViewer = ({ principal, userId, held: first, source, clock, grantsForMs }: ViewerParts): Viewer => {
  let held = first
  let readAt = clock.now().getTime()

  const authorizeSelf = (): void => {
    const decision = decide(principal, held, { kind: 'self', userId })
    if (!decision.allowed) throw denialError(decision)
  }
  const renew = async (): Promise<void> => {
    const at = clock.now().getTime()
    held = await source.load(principal)
    readAt = at
  }
  return {
    renew,
    authorize: async () => {
      if (clock.now().getTime() - readAt >= grantsForMs) await renew()
      authorizeSelf()
    },
    channels: () => readableChannels(userId, memberOf(principal, held), held),
    maySee: ({ projectId }) =>
      projectId === null ||
      decide(principal, held, { kind: 'project', capability: 'PROJECT_READ', projectId: projectId.local }).allowed,
  }
}
