import type { Notification } from '../notification/model.ts'
import type { NotificationsResolvers } from '../resolver-types.ts'

export const liveResolvers: Pick<NotificationsResolvers, 'Subscription'> = {
  Subscription: {
    notifications: {
      subscribe: (_, { after }, { access, live, cancellation: { signal } }) =>
        live.open({ access, after: after ?? undefined, signal }),
      resolve: (notification: Notification) => notification,
    },
  },
}
