import type { Notification } from '../notification/model.ts'
import { streamPosition } from '../notification/position.ts'
import type { NotificationsResolvers } from '../resolver-types.ts'

export const liveResolvers: Pick<NotificationsResolvers, 'Subscription'> = {
  Subscription: {
    notifications: {
      subscribe: (_, { after }, { access, live, signal }) =>
        live.open({ access, after: typeof after === 'string' ? streamPosition(after) : undefined, signal }),
      resolve: (notification: Notification) => notification,
    },
  },
}
