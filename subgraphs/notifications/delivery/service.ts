import type { SelfGrant } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import { notificationCreated } from '../../../platform/events/catalogue.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import { currentTraceparent } from '../../../platform/tracing/traceparent.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { err, ok } from '../../../platform/result/result.ts'
import type { Hints } from '../live/hints.ts'
import { notificationId } from '../notification/model.ts'
import type { NotificationUnits } from '../units.ts'
import type { Notice } from './templates.ts'

export interface DeliveryDependencies {
  readonly units: NotificationUnits
  readonly hints: Hints
  readonly clock: Clock
  readonly ids: IdGenerator
}

/** What a notification is made of: the event that causes it, the project it is about, and the text. */
export interface Delivery {
  readonly eventId: Uuid
  readonly correlationId: string
  readonly about: { readonly organizationId: Uuid; readonly projectId: Uuid }
  readonly notice: Notice
}

export type DeliveryService = ReturnType<typeof deliveryService>

export const deliveryService = ({ units, hints, clock, ids }: DeliveryDependencies) => ({
  /** Tells one user of an event, once, whoever delivers it how often. Open streams are told after the commit. */
  deliver: async (user: SelfGrant, { eventId, correlationId, about, notice }: Delivery): Promise<void> => {
    const { userId } = user.scope
    const delivered = await units.write(user, async ({ notifications, once, audit, outbox }) => {
      if (!(await once(`notifications:${userId}`, eventId))) return err('ALREADY_DELIVERED')
      const id = notificationId(userId, ids.next())
      const sequence = await notifications.takeSequence()
      await notifications.insert(
        { id, ...notice, about, correlationId, traceparent: currentTraceparent(), createdAt: clock.now() },
        sequence,
      )
      audit.succeeded('notifications.notification.create', id.text)
      outbox.add(
        notificationCreated.create(
          { ...about, userId },
          { notificationId: id.local, channelKind: 'USER', channelId: userId },
        ),
      )
      return ok(sequence)
    })
    if (delivered.ok) await hints.publish(userId, delivered.value)
  },
})
