import type { ProjectId } from '../../platform/ids/id.ts'
import type { OperationContext, SubgraphPlatform } from '../../platform/subgraph/module.ts'
import { deliveryService, type DeliveryService } from './delivery/service.ts'
import { createHints } from './live/hints.ts'
import { liveService, type LiveService } from './live/service.ts'
import { notificationService, type NotificationService } from './notification/service.ts'
import { notificationUnits } from './units.ts'

/** notifications' use cases. */
export interface Notifications {
  readonly notifications: NotificationService
  readonly live: LiveService
  readonly deliveries: DeliveryService
}

export interface NotificationsContext extends OperationContext, Pick<Notifications, 'notifications' | 'live'> {}

/** A project, which is iam's, by its id alone. */
export interface ProjectReference {
  readonly id: string | ProjectId
}

export const createNotifications = ({
  database,
  cache,
  clock,
  ids,
  log,
}: Pick<SubgraphPlatform, 'database' | 'cache' | 'clock' | 'ids' | 'log'>): Notifications => {
  const units = notificationUnits(database)
  const hints = createHints(cache, log)
  return {
    notifications: notificationService({ units, clock }),
    live: liveService({ units, hints, clock }),
    deliveries: deliveryService({ units, hints, clock, ids }),
  }
}
