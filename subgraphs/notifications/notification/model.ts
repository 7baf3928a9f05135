import { ownedId, type Id, type ProjectId, type Uuid } from '../../../platform/ids/id.ts'

export type NotificationId = Id<'ntf'>

/** How many notifications one call may name. */
export const MAX_MARKED = 100

/** What one user was told. */
export interface Notification {
  readonly id: NotificationId
  /** Its place in the user's channel: 1, 2, 3 … without a gap. */
  readonly sequence: bigint
  readonly template: string
  readonly title: string
  readonly body: string
  readonly projectId: ProjectId | null
  /** The text of the id of what it is about. */
  readonly subject: string | null
  readonly createdAt: Date
  readonly readAt: Date | null
}

/** A notification before it has its place in a channel. */
export interface NewNotification {
  readonly id: NotificationId
  readonly template: string
  readonly title: string
  readonly body: string
  readonly about: { readonly organizationId: Uuid; readonly projectId: Uuid }
  readonly subject: string
  readonly correlationId: string
  /** W3C trace context in which it is written: who is shown it live is shown it as part of that trace (R87). */
  readonly traceparent: string | undefined
  readonly createdAt: Date
}

export const notificationId = (user: Uuid, local: Uuid): NotificationId => ownedId('ntf', user, local)

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
