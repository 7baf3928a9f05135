import type { Audience } from '../../../platform/access/audience.ts'
import { systemGrant } from '../../../platform/access/authorize.ts'
import { organizationScope, projectScope, selfScope } from '../../../platform/access/scope.ts'
import type { EventEnvelope, EventHandler } from '../../../platform/events/envelope.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { NOTICES, type Notice } from './notices.ts'
import type { Delivery, DeliveryService } from './service.ts'

const required = (id: Uuid | undefined, what: string, { type }: EventEnvelope): Uuid => {
  if (id === undefined) throw new Error(`${type} has no ${what} that could be told`)
  return id
}

const handler =
  (deliveries: DeliveryService, audience: Audience, notice: Notice): EventHandler =>
  async (event) => {
    const { organizationId, projectId, userId } = event.owner
    const { to } = notice
    const text = notice.write(await deliveries.template(notice.template), event)
    const delivery = (about: Uuid | null): Delivery => ({
      eventId: event.id,
      correlationId: event.correlationId,
      about: { organizationId, projectId: about },
      text,
      subject: notice.subjectOf(event),
    })
    const tell = (user: Uuid, about: Uuid | null): Promise<void> =>
      deliveries.toUser(systemGrant(selfScope(user), 'notifications.deliver'), delivery(about))
    // One unit for each user: who was told already when another one fails is not told again by the next try.
    const tellEach = async (users: readonly Uuid[], about: Uuid | null): Promise<void> => {
      for (const user of users) await tell(user, about)
    }
    switch (to.kind) {
      case 'holders-in-project': {
        const about = required(projectId, 'project whose members', event)
        await tellEach(await audience(to.capability, projectScope(organizationId, about)), about)
        return
      }
      case 'holders-in-organization':
        await tellEach(await audience(to.capability, organizationScope(organizationId)), null)
        return
      case 'user':
        await tell(required(userId, 'user', event), null) // of a project that they may have lost: its id says no more
        return
      case 'members':
        await deliveries.toMembers(
          systemGrant(organizationScope(organizationId), 'notifications.deliver'),
          delivery(projectId ?? null),
        )
    }
  }

/** Tells people what happened. */
export const deliveryHandlers = (
  deliveries: DeliveryService,
  audience: Audience,
): Readonly<Record<string, EventHandler>> =>
  Object.fromEntries(NOTICES.map((notice) => [notice.type, handler(deliveries, audience, notice)]))
