export type { Resolvers as NotificationsResolvers } from '../../generated/notifications.ts'
