import DataLoader from 'dataloader'
import type { OrganizationId, ProjectId } from '../../platform/ids/id.ts'
import type { OperationContext, SubgraphPlatform } from '../../platform/subgraph/module.ts'
import { broadcastService, type BroadcastService } from './broadcast/service.ts'
import { createCursors } from './cursor/cursors.ts'
import { deliveryService, type DeliveryService } from './delivery/service.ts'
import { createHints } from './live/hints.ts'
import { liveService, type LiveService } from './live/service.ts'
import type { Notification } from './notification/model.ts'
import { readerOf } from './notification/reader.ts'
import { notificationService, type NotificationService } from './notification/service.ts'
import { preferenceService, type PreferenceService } from './preference/service.ts'
import { notificationUnits } from './units.ts'
import { createWebhooks, type Webhooks } from './webhook/context.ts'
import { webhookLoaders, type WebhookLoaders } from './webhook/loaders.ts'

/** notifications' use cases. */
export interface Notifications {
  readonly notifications: NotificationService
  readonly live: LiveService
  readonly deliveries: DeliveryService
  readonly preferences: PreferenceService
  readonly broadcasts: BroadcastService
  readonly webhooks: Webhooks
}

export interface NotificationsContext extends OperationContext, Omit<Notifications, 'deliveries'> {
  /** The cursors of notifications, in one read for all that an operation asks for at once. */
  readonly cursorOf: DataLoader<Notification, string>
  readonly webhookLoaders: WebhookLoaders
}

/** A project, which is iam's, by its id alone. */
export interface ProjectReference {
  readonly id: string | ProjectId
}

/** An organization, which is iam's, by its id alone. */
export interface OrganizationReference {
  readonly id: string | OrganizationId
}

export const createNotifications = ({
  database,
  cache,
  audience,
  grants,
  watch,
  clock,
  ids,
  log,
  webhooks,
}: Omit<SubgraphPlatform, 'announceGrants' | 'graph'>): Notifications => {
  const units = notificationUnits(database)
  const hints = createHints(cache, log)
  const cursors = createCursors(units)
  const preferences = preferenceService({ units, hints, clock })
  return {
    preferences,
    broadcasts: broadcastService({ units, hints, audience, clock, ids }),
    notifications: notificationService({ units, cursors, clock }),
    live: liveService({ units, hints, cursors, preferences, grants, watch, clock, log }),
    deliveries: deliveryService({ units, hints, clock, ids }),
    webhooks: createWebhooks({ database, webhooks, clock, ids }),
  }
}

export const notificationsContext = ({ deliveries: _, ...services }: Notifications) => {
  const webhooksOf = webhookLoaders(services.webhooks)
  return ({ access }: OperationContext): Omit<NotificationsContext, keyof OperationContext> => ({
    ...services,
    cursorOf: new DataLoader((of: readonly Notification[]) => services.notifications.cursorsOf(readerOf(access), of), {
      cache: false,
    }),
    webhookLoaders: webhooksOf(),
  })
}
