import type { Audience } from '../../../platform/access/audience.ts'
import { systemGrant } from '../../../platform/access/authorize.ts'
import { projectScope, selfScope } from '../../../platform/access/scope.ts'
import type { EventHandler } from '../../../platform/events/envelope.ts'
import type { DeliveryService } from './service.ts'
import { TEMPLATES, type Template } from './templates.ts'

const handler =
  (deliveries: DeliveryService, audience: Audience, { capability, write }: Template): EventHandler =>
  async (event) => {
    const { organizationId, projectId } = event.owner
    if (projectId === undefined) throw new Error(`${event.type} has no project whose members could be told`)
    const notice = write(event, projectId)
    const delivery = {
      eventId: event.id,
      correlationId: event.correlationId,
      about: { organizationId, projectId },
      notice,
    }
    // One unit for each user: who was told already when another one fails is not told again by the next try.
    for (const userId of await audience(capability, projectScope(organizationId, projectId))) {
      await deliveries.toUser(systemGrant(selfScope(userId), 'notifications.deliver'), delivery)
    }
  }

/** Tells the people of a project what happened in it. */
export const deliveryHandlers = (
  deliveries: DeliveryService,
  audience: Audience,
): Readonly<Record<string, EventHandler>> =>
  Object.fromEntries(TEMPLATES.map((template) => [template.type, handler(deliveries, audience, template)]))
