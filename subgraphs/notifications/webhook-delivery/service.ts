import type { OrganizationGrant } from '../../../platform/access/authorize.ts'
import type { OrganizationSetScope } from '../../../platform/access/scope.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { TEST_EVENT_TYPE, webhookPayload } from '../webhook/event-types.ts'
import type {
  RedeliverWebhooksRefusal,
  SendTestWebhookRefusal,
  WebhookEndpoint,
  WebhookEndpointId,
} from '../webhook/model.ts'
import type { WebhookDependencies, WebhookManager } from '../webhook/dependencies.ts'
import { queueDelivery } from './jobs.ts'
import type { WebhookDelivery, WebhookDeliveryId } from './model.ts'
import { redeliveryPosition, type DeliveryPage } from './position.ts'
import { bounds, newDelivery } from './recording.ts'
import { wake } from './wake.ts'

/** An endpoint that begins again, and how many deliveries it is sent again. */
export interface Redelivery {
  readonly endpoint: WebhookEndpoint
  readonly count: number
}

/** How many tests may wait for one endpoint. */
const MAX_WAITING_TESTS = 5

export type WebhookDeliveryService = ReturnType<typeof webhookDeliveryService>

export const webhookDeliveryService = ({ units, clock, ids }: Omit<WebhookDependencies, 'webhooks'>) => ({
  find: ({ scope }: OrganizationGrant<'WEBHOOK_READ'>, id: WebhookDeliveryId): Promise<WebhookDelivery | undefined> =>
    units.organization.read(scope, ({ deliveries }) => deliveries.find(id.local)),

  /** The same page of every endpoint. */
  pages: (
    scope: OrganizationSetScope,
    endpoints: readonly WebhookEndpointId[],
    page: DeliveryPage,
  ): Promise<readonly WebhookDelivery[]> =>
    units.organizationSet.read(scope, ({ deliveries }) => deliveries.pages(endpoints, page)),

  /** How many each endpoint has of the page's status, by the text of its id. */
  totals: (
    scope: OrganizationSetScope,
    endpoints: readonly WebhookEndpointId[],
    page: DeliveryPage,
  ): Promise<ReadonlyMap<string, number>> =>
    units.organizationSet.read(scope, ({ deliveries }) => deliveries.totals(endpoints, page)),

  /** Sends everything after a place again, in order, and then goes on; nothing is ever passed over by it. */
  redeliver: (
    grant: WebhookManager,
    id: WebhookEndpointId,
    after: string,
  ): Promise<Result<Redelivery, RedeliverWebhooksRefusal>> => {
    const place = redeliveryPosition(id, after)
    if (!place.ok) return Promise.resolve(place)
    return units.organization.write(
      grant,
      async ({ endpoints, deliveries, claims, audit, jobs }): Promise<Result<Redelivery, RedeliverWebhooksRefusal>> => {
        const held = await claims.lock(id.local)
        if (held === undefined) return err('NOT_FOUND')
        if (place.value > held.lastSequence) return err('CURSOR_INVALID')
        const oldest = (await deliveries.oldestCursor(id.local)) ?? held.lastSequence
        if (place.value < oldest) return err('CURSOR_TOO_OLD')
        const position = place.value < held.position ? place.value : held.position
        if (position < held.position) await endpoints.beginAfter(id.local, position)
        await wake({ endpoints, jobs }, grant.scope, id.local, { ...held, position }, clock.now())
        const endpoint = await endpoints.find(id.local)
        if (endpoint === undefined) return err('NOT_FOUND')
        const count = Number(held.lastSequence - place.value)
        audit.succeeded('notifications.webhook.redeliver', id.text, { after: place.value.toString(), count })
        return ok({ endpoint, count })
      },
    )
  },

  /** Sends an endpoint a test in its turn: after what it was told before. */
  sendTest: (grant: WebhookManager, id: WebhookEndpointId): Promise<Result<WebhookDelivery, SendTestWebhookRefusal>> =>
    units.organization.write(
      grant,
      async ({
        endpoints,
        deliveries,
        claims,
        audit,
        jobs,
      }): Promise<Result<WebhookDelivery, SendTestWebhookRefusal>> => {
        const held = await claims.lock(id.local)
        const endpoint = held && (await endpoints.find(id.local))
        if (endpoint === undefined) return err('NOT_FOUND')
        if (endpoint.state === 'DISABLED') return err('DISABLED')
        const waiting = await deliveries.countPending(id.local, TEST_EVENT_TYPE, endpoint.position)
        if (waiting >= MAX_WAITING_TESTS) return err('TOO_MANY')
        const { organizationId } = grant.scope
        const now = clock.now()
        const told = { webhookEndpointId: id.text }
        const payload = webhookPayload(TEST_EVENT_TYPE, now.toISOString(), organizationId, told)
        const event = { id: ids.next(), type: TEST_EVENT_TYPE, occurredAt: now, payload }
        const delivery = newDelivery({ clock, ids }, event)
        if (await deliveries.append(id.local, delivery, ...bounds(now))) queueDelivery(jobs, organizationId, id.local)
        audit.succeeded('notifications.webhook.test', id.text)
        const made = await deliveries.find(delivery.id)
        return made === undefined ? err('NOT_FOUND') : ok(made)
      },
    ),
})
