import type { NotificationsResolvers } from '../resolver-types.ts'
import { isMandatory } from './model.ts'
import { updateNotificationPreferencesPayload } from './payload.ts'

export const preferenceResolvers: Pick<NotificationsResolvers, 'Query' | 'Mutation' | 'NotificationPreference'> = {
  Query: {
    notificationPreferences: async (_, __, { access, preferences }) => [...(await preferences.all(access.self()))],
  },
  NotificationPreference: {
    mandatory: ({ category }) => isMandatory(category),
  },
  Mutation: {
    updateNotificationPreferences: async (_, { input }, { access, preferences }) =>
      updateNotificationPreferencesPayload(
        await preferences.update(
          access.self(),
          input.preferences.map(({ medium = 'IN_APP', ...decision }) => ({ ...decision, medium })),
        ),
      ),
  },
}
