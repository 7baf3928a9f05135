import type { OrganizationGrant } from '../../../platform/access/authorize.ts'
import type { OrganizationSetScope } from '../../../platform/access/scope.ts'
import { ShownOnce } from '../../../platform/idempotency/shown-once.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { wake } from '../webhook-delivery/wake.ts'
import type { WebhookDependencies, WebhookManager, WithSecret } from './dependencies.ts'
import {
  endpointId,
  MAX_ENDPOINTS,
  parseDescription,
  type CreateWebhookEndpointRefusal,
  type DisableWebhookEndpointRefusal,
  type EnableWebhookEndpointRefusal,
  type EndpointChanges,
  type EndpointInput,
  type EndpointInputRefusal,
  type UpdateWebhookEndpointRefusal,
  type WebhookEndpoint,
  type WebhookEndpointId,
} from './model.ts'
import { parseEventTypes } from './event-types.ts'
import { sealSecret } from './secrets.ts'
import { secretText } from './signature.ts'

export type WebhookService = ReturnType<typeof webhookService>

export const webhookService = ({ units, webhooks, clock, ids }: WebhookDependencies) => {
  /** Looks at what was given, and at where its address leads; outside of any transaction, for that may take a while. */
  const checked = async (
    given: EndpointChanges,
  ): Promise<Result<EndpointChanges, EndpointInputRefusal | 'NOT_CONFIGURED'>> => {
    if (webhooks === undefined) return err('NOT_CONFIGURED')
    const description = given.description === undefined ? undefined : parseDescription(given.description)
    if (description?.ok === false) return description
    const eventTypes = given.eventTypes === undefined ? undefined : parseEventTypes(given.eventTypes)
    if (eventTypes?.ok === false) return eventTypes
    const url = given.url === undefined ? undefined : await webhooks.egress.check(given.url)
    if (url?.ok === false) return url
    return ok({
      ...given,
      ...(description && { description: description.value }),
      ...(eventTypes && { eventTypes: eventTypes.value }),
    })
  }

  return {
    find: ({ scope }: OrganizationGrant<'WEBHOOK_READ'>, id: WebhookEndpointId): Promise<WebhookEndpoint | undefined> =>
      units.organization.read(scope, ({ endpoints }) => endpoints.find(id.local)),

    /** All of each organization, by age. */
    all: (scope: OrganizationSetScope): Promise<readonly WebhookEndpoint[]> =>
      units.organizationSet.read(scope, ({ endpoints }) => endpoints.all()),

    /** Until when an earlier secret signs beside the current one, by the text of the endpoint's id. */
    overlaps: (
      scope: OrganizationSetScope,
      endpoints: readonly WebhookEndpointId[],
    ): Promise<ReadonlyMap<string, Date>> =>
      units.organizationSet.read(scope, (own) => own.endpoints.overlaps(endpoints, clock.now())),

    create: async (
      grant: WebhookManager,
      input: EndpointInput,
    ): Promise<Result<WithSecret, CreateWebhookEndpointRefusal>> => {
      const given = await checked(input)
      if (!given.ok) return given
      if (webhooks === undefined) return err('NOT_CONFIGURED')
      const { envelope } = webhooks
      return units.organization.write(
        grant,
        async ({ endpoints, audit }): Promise<Result<WithSecret, CreateWebhookEndpointRefusal>> => {
          if ((await endpoints.countForInsert()) >= MAX_ENDPOINTS) return err('LIMIT_REACHED')
          const id = endpointId(grant.scope.organizationId, ids.next())
          const createdAt = clock.now()
          await endpoints.insert({ id, createdAt, ...input, ...given.value })
          const { secret, kept } = sealSecret(envelope, id, ids.next())
          await endpoints.insertSecret(id.local, kept, createdAt)
          const endpoint = await endpoints.find(id.local)
          if (endpoint === undefined) throw new Error('An endpoint that was inserted is not there')
          audit.succeeded('notifications.webhook_endpoint.create', id.text, { host: new URL(endpoint.url).host })
          return ok({ endpoint, secret: new ShownOnce(secretText(secret)) })
        },
      )
    },

    /** What is left out stays. Whoever names a version changes that one, or nothing. A changed address is tried at once, with what waits for it. */
    update: async (
      grant: WebhookManager,
      id: WebhookEndpointId,
      changes: EndpointChanges,
      expectedVersion?: number,
    ): Promise<Result<WebhookEndpoint, UpdateWebhookEndpointRefusal>> => {
      const before = await units.organization.read(grant.scope, ({ endpoints }) => endpoints.find(id.local))
      if (before === undefined) return err('NOT_FOUND')
      const { url, ...others } = changes
      const given = await checked(url === undefined || url === before.url ? others : changes)
      if (!given.ok) return given
      return units.organization.write(
        grant,
        async ({ endpoints, claims, audit, jobs }): Promise<Result<WebhookEndpoint, UpdateWebhookEndpointRefusal>> => {
          const held = await claims.lock(id.local)
          if (held === undefined) return err('NOT_FOUND')
          if (expectedVersion !== undefined && (await endpoints.find(id.local))?.version !== expectedVersion)
            return err('VERSION_CONFLICT')
          const now = clock.now()
          await endpoints.update(id.local, given.value, now)
          if (given.value.url !== undefined && given.value.url !== held.url) {
            await endpoints.beginAfter(id.local, held.position)
            await wake({ endpoints, jobs }, grant.scope, id.local, held, now)
          }
          const endpoint = await endpoints.find(id.local)
          if (endpoint === undefined) return err('NOT_FOUND')
          audit.succeeded('notifications.webhook_endpoint.update', id.text, { host: new URL(endpoint.url).host })
          return ok(endpoint)
        },
      )
    },

    delete: (grant: WebhookManager, id: WebhookEndpointId): Promise<Result<WebhookEndpointId, 'NOT_FOUND'>> =>
      units.organization.write(grant, async ({ endpoints, audit }) => {
        if (!(await endpoints.delete(id.local))) return err('NOT_FOUND')
        audit.succeeded('notifications.webhook_endpoint.delete', id.text)
        return ok(id)
      }),

    /** What happens from now on waits for it, and is sent when it is enabled again. */
    disable: (
      grant: WebhookManager,
      id: WebhookEndpointId,
    ): Promise<Result<WebhookEndpoint, DisableWebhookEndpointRefusal>> =>
      units.organization.write(
        grant,
        async ({ endpoints, claims, audit }): Promise<Result<WebhookEndpoint, DisableWebhookEndpointRefusal>> => {
          const held = await claims.lock(id.local)
          if (held === undefined) return err('NOT_FOUND')
          if (!held.isEnabled) return err('ALREADY_DISABLED')
          await endpoints.disable(id.local, 'REQUESTED', clock.now())
          audit.succeeded('notifications.webhook_endpoint.disable', id.text, { reason: 'REQUESTED' })
          const endpoint = await endpoints.find(id.local)
          return endpoint === undefined ? err('NOT_FOUND') : ok(endpoint)
        },
      ),

    enable: (
      grant: WebhookManager,
      id: WebhookEndpointId,
    ): Promise<Result<WebhookEndpoint, EnableWebhookEndpointRefusal>> =>
      units.organization.write(
        grant,
        async ({ endpoints, claims, audit, jobs }): Promise<Result<WebhookEndpoint, EnableWebhookEndpointRefusal>> => {
          const held = await claims.lock(id.local)
          if (held === undefined) return err('NOT_FOUND')
          if (held.isEnabled) return err('ALREADY_ENABLED')
          const now = clock.now()
          await endpoints.enable(id.local, now)
          await wake({ endpoints, jobs }, grant.scope, id.local, { ...held, isEnabled: true }, now)
          audit.succeeded('notifications.webhook_endpoint.enable', id.text)
          const endpoint = await endpoints.find(id.local)
          return endpoint === undefined ? err('NOT_FOUND') : ok(endpoint)
        },
      ),
  }
}
