import { denialError, type Access } from '../../../platform/access/access.ts'
import type { IdText } from '../../../platform/access/scope-ids.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import { selfId } from '../../../platform/ids/id.ts'
import type { NotificationsResolvers } from '../resolver-types.ts'
import { notificationFilter } from './filter.ts'
import type { NotificationId } from './model.ts'
import {
  dismissNotificationsPayload,
  markAllNotificationsReadPayload,
  markNotificationsReadPayload,
} from './payload.ts'
import { notificationConnection, notificationPage } from './position.ts'
import { readerOf } from './reader.ts'

/** The id of a notification of the caller's own; another user's is denied, whether it exists or not. */
const ownId = (access: Access, text: IdText, argument: string): NotificationId => {
  const id = parseIdOrThrow('ntf', text, argument)
  const decision = access.decide({ kind: 'self', userId: id.scope })
  if (!decision.allowed) throw denialError(decision)
  return id
}

export const notificationResolvers: Pick<NotificationsResolvers, 'Query' | 'Mutation' | 'Notification'> = {
  Query: {
    notifications: async (_, args, { access, notifications }) => {
      const page = notificationPage(args, notificationFilter(args))
      const reader = readerOf(access)
      const count = () => notifications.total(reader, page.filter)
      return notificationConnection(await notifications.page(reader, page), page, count)
    },
    unreadNotificationCount: (_, __, { access, notifications }) => notifications.countUnread(readerOf(access)),
  },
  Notification: {
    __resolveReference: async ({ id }, { access, notifications }) =>
      (await notifications.findAll(readerOf(access), [ownId(access, id, 'id')])).at(0) ?? null,
    channel: ({ channel }) => channel.kind,
    organizationId: ({ channel }) => (channel.kind === 'ORGANIZATION' ? selfId('org', channel.id) : null),
    project: ({ projectId }) => projectId && { id: projectId },
    cursor: (notification, _, { cursorOf }) => cursorOf.load(notification),
  },
  Mutation: {
    markNotificationsRead: async (_, { input }, { access, notifications }) => {
      const reader = readerOf(access)
      const ids = input.ids.map((id) => ownId(access, id, 'input.ids'))
      return markNotificationsReadPayload(await notifications.markRead(reader, ids), () =>
        notifications.countUnread(reader),
      )
    },
    dismissNotifications: async (_, { input }, { access, notifications }) => {
      const reader = readerOf(access)
      const ids = input.ids.map((id) => ownId(access, id, 'input.ids'))
      return dismissNotificationsPayload(await notifications.dismiss(reader, ids), () =>
        notifications.countUnread(reader),
      )
    },
    markAllNotificationsRead: async (_, { input }, { access, notifications }) => {
      const reader = readerOf(access)
      const upTo = typeof input.upTo === 'string' ? ownId(access, input.upTo, 'input.upTo') : undefined
      return markAllNotificationsReadPayload(await notifications.markAllRead(reader, upTo), () =>
        notifications.countUnread(reader),
      )
    },
  },
}
