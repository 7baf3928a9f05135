import { ownedId, selfId, type Id, type ProjectId, type Uuid } from '../../../platform/ids/id.ts'
import type { Channel, Places, Post } from '../channel/model.ts'
import type { Category } from '../template/model.ts'

export type NotificationId = Id<'ntf'>

/** How many notifications one call may name. */
export const MAX_MARKED = 100

/** Counting ends here: who has more unread has many. */
export const MAX_COUNTED = 10_000

/** What one user was told. Its id names the user: a notice of an organization is another notification for each member. */
export interface Notification {
  readonly id: NotificationId
  readonly channel: Channel
  /** Its place in the channel. */
  readonly sequence: bigint
  readonly template: string
  readonly category: Category
  readonly title: string
  readonly body: string
  readonly projectId: ProjectId | null
  /** The text of the id of what it is about. */
  readonly subject: string | null
  readonly traceparent: string | null
  readonly createdAt: Date
  readonly readAt: Date | null
  readonly dismissedAt: Date | null
  /** Where its reader is in every channel, where a stream sent it. */
  readonly places?: Places
}

/** What a user did with a notice. */
export interface Receipt {
  readonly readAt: Date | null
  readonly dismissedAt: Date | null
}

export const notificationId = (user: Uuid, local: Uuid): NotificationId => ownedId('ntf', user, local)

/** A notice as one user sees it. */
export const notificationOf = (user: Uuid, { id, projectId, ...post }: Post, receipt: Receipt): Notification => ({
  ...post,
  ...receipt,
  id: notificationId(user, id),
  projectId: projectId === null ? null : selfId('prj', projectId),
})

export type MarkRefusal = 'NOT_FOUND' | 'TOO_MANY'

/** What was marked, and what is left. */
export interface Marked {
  readonly notifications: readonly Notification[]
  readonly unreadCount: number
}

export interface MarkedAll {
  readonly markedCount: number
  readonly unreadCount: number
}
