import DataLoader from 'dataloader'
import type { OrganizationGrant } from '../../../platform/access/authorize.ts'
import type { OrganizationSetScope } from '../../../platform/access/scope.ts'
import { byArguments, organizationLoader, type OrganizationLoader } from '../../../platform/graphql/loaders.ts'
import { onDemand } from '../../../platform/graphql/on-demand.ts'
import type { WebhookDelivery } from '../webhook-delivery/model.ts'
import type { DeliveryPage } from '../webhook-delivery/position.ts'
import type { Webhooks } from './context.ts'
import type { WebhookEndpoint, WebhookEndpointId } from './model.ts'

type Reader = OrganizationGrant<'WEBHOOK_READ'>

interface EndpointKey {
  readonly grant: Reader
  readonly id: WebhookEndpointId
}

type ByEndpoint<T> = DataLoader<EndpointKey, T, string>

/** Batched look-ups of one operation. */
export interface WebhookLoaders {
  /** All endpoints of an organization, by age. */
  readonly endpoints: OrganizationLoader<'WEBHOOK_READ', readonly WebhookEndpoint[]>
  /** Until when an earlier secret signs as well. */
  readonly overlap: ByEndpoint<Date | null>
  readonly deliveries: (page: DeliveryPage) => ByEndpoint<readonly WebhookDelivery[]>
  /** How many of the page's status. */
  readonly deliveryTotal: (page: DeliveryPage) => ByEndpoint<number>
}

const scopeOf = (keys: readonly EndpointKey[]): OrganizationSetScope => ({
  kind: 'organization-set',
  organizations: [...new Map(keys.map(({ grant: { scope } }) => [scope.organizationId, scope])).values()],
})

const byEndpoint = <T>(read: (keys: readonly EndpointKey[]) => Promise<(endpoint: string) => T>): ByEndpoint<T> =>
  new DataLoader(
    async (keys: readonly EndpointKey[]) => {
      const of = await read(keys)
      return keys.map(({ id }) => of(id.text))
    },
    { cacheKeyFn: ({ id }) => id.text },
  )

const idsOf = (keys: readonly EndpointKey[]): readonly WebhookEndpointId[] => keys.map(({ id }) => id)

const placeOf = ({ direction, fetch, beyond, status }: DeliveryPage): string =>
  JSON.stringify([direction, fetch, beyond?.toString(), status])

export const webhookLoaders = ({ endpoints, deliveries }: Webhooks) =>
  onDemand<WebhookLoaders>({
    endpoints: () =>
      organizationLoader(async (scope) => {
        const found = Map.groupBy(await endpoints.all(scope), ({ id }) => id.scope)
        return (organization) => found.get(organization) ?? []
      }),
    overlap: () =>
      byEndpoint(async (keys) => {
        const found = await endpoints.overlaps(scopeOf(keys), idsOf(keys))
        return (endpoint) => found.get(endpoint) ?? null
      }),
    deliveries: () =>
      byArguments(placeOf, (page) =>
        byEndpoint(async (keys) => {
          const rows = await deliveries.pages(scopeOf(keys), idsOf(keys), page)
          const found = Map.groupBy(rows, ({ endpointId }) => endpointId.text)
          return (endpoint) => found.get(endpoint) ?? []
        }),
      ),
    deliveryTotal: () =>
      byArguments(
        ({ status }) => status ?? '',
        (page) =>
          byEndpoint(async (keys) => {
            const found = await deliveries.totals(scopeOf(keys), idsOf(keys), page)
            return (endpoint) => found.get(endpoint) ?? 0
          }),
      ),
  })
