import type { Uuid } from '../../../platform/ids/id.ts'
import type { Category } from '../template/model.ts'
import type { ReadableChannel } from '../channel/readable.ts'

/** What a reader may see now: of these channels, what is about none or one of these projects, and not switched off. */
export interface View {
  readonly userId: Uuid
  readonly channels: readonly ReadableChannel[]
  readonly projects: readonly Uuid[]
}

/** Which of them a list is to hold. */
export interface NotificationFilter {
  readonly unreadOnly: boolean
  readonly dismissed: 'left-out' | 'included'
  /** Any, unless given. */
  readonly categories: readonly Category[] | undefined
  readonly templates: readonly string[] | undefined
  /** About this one project. */
  readonly projectId: Uuid | undefined
}
