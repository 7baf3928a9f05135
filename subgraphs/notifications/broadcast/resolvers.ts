import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { NotificationsResolvers } from '../resolver-types.ts'
import { broadcastNotificationPayload } from './payload.ts'

export const broadcastResolvers: Pick<NotificationsResolvers, 'Mutation'> = {
  Mutation: {
    broadcastNotification: async (_, { input }, { access, broadcasts }) => {
      const operator = access.platform('PLATFORM_NOTIFICATION_BROADCAST')
      const organizationId =
        typeof input.organizationId === 'string'
          ? parseIdOrThrow('org', input.organizationId, 'input.organizationId')
          : undefined
      const { title, body } = input
      return broadcastNotificationPayload(await broadcasts.send(operator, { title, body, organizationId }))
    },
  },
}
