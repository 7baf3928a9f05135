import { mergeResolvers } from '../../platform/subgraph/merge-resolvers.ts'
import type { SubgraphModule } from '../../platform/subgraph/module.ts'
import { schemaFilesIn } from '../../platform/subgraph/schema-files.ts'
import { broadcastResolvers } from './broadcast/resolvers.ts'
import { createNotifications, notificationsContext } from './context.ts'
import { deliveryHandlers } from './delivery/handlers.ts'
import { liveResolvers } from './live/resolvers.ts'
import { notificationResolvers } from './notification/resolvers.ts'
import { preferenceResolvers } from './preference/resolvers.ts'
import { webhookResolvers } from './webhook/resolvers.ts'
import { webhookJobs } from './webhook-delivery/jobs.ts'
import { webhookHandlers } from './webhook-delivery/recording.ts'
import { webhookDeliveryResolvers } from './webhook-delivery/resolvers.ts'
import { REMOVE_EXPIRED, retentionJobs } from './retention/jobs.ts'
import { notificationUnits } from './units.ts'

/** For how long notifications are kept where nobody said. */
const KEPT_FOR_DAYS = 90

/** Who is told: users' notifications, listed and live, partners' webhooks, and the events both are made of. */
export const notifications: SubgraphModule = {
  name: 'notifications',
  schemaFiles: schemaFilesIn(import.meta.dirname),
  start: (platform) => {
    const services = createNotifications(platform)
    return {
      resolvers: mergeResolvers([
        ...[notificationResolvers, liveResolvers, preferenceResolvers, broadcastResolvers],
        ...[webhookResolvers, webhookDeliveryResolvers],
      ]),
      context: notificationsContext(services),
      eventHandlers: deliveryHandlers(services.deliveries, platform.audience),
      orderedHandlers: webhookHandlers(services.webhooks.recording),
      outboundJobs: webhookJobs(services.webhooks.sending),
      jobs: retentionJobs({
        units: notificationUnits(platform.database),
        clock: platform.clock,
        keptForDays: platform.notificationDays ?? KEPT_FOR_DAYS,
      }),
      schedule: { [REMOVE_EXPIRED]: '41 * * * *' },
    }
  },
}
