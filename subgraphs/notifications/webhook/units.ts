import type { OrganizationScope, OrganizationSetScope } from '../../../platform/access/scope.ts'
import type { Database } from '../../../platform/database/database.ts'
import { createUnits } from '../../../platform/database/units.ts'
import type { UnitsOfWork } from '../../../platform/database/unit-of-work.ts'
import { WebhookClaimRepository } from '../webhook-delivery/claim-repository.ts'
import { WebhookDeliveryRepository, WebhookDeliverySetRepository } from '../webhook-delivery/repository.ts'
import { WebhookEndpointRepository, WebhookEndpointSetRepository } from './repository.ts'

interface OrganizationRepositories {
  readonly endpoints: WebhookEndpointRepository
  readonly deliveries: WebhookDeliveryRepository
  readonly claims: WebhookClaimRepository
}

interface OrganizationSetRepositories {
  readonly endpoints: WebhookEndpointSetRepository
  readonly deliveries: WebhookDeliverySetRepository
}

/** The doors to webhooks in the database: they belong to organizations. */
export interface WebhookUnits {
  readonly organization: UnitsOfWork<OrganizationScope, OrganizationRepositories>
  readonly organizationSet: UnitsOfWork<OrganizationSetScope, OrganizationSetRepositories>
}

export const webhookUnits = (database: Database): WebhookUnits => ({
  organization: createUnits(database, (db, scope: OrganizationScope) => ({
    endpoints: new WebhookEndpointRepository(db, scope),
    deliveries: new WebhookDeliveryRepository(db, scope),
    claims: new WebhookClaimRepository(db, scope),
  })),
  organizationSet: createUnits(database, (db, scope: OrganizationSetScope) => ({
    endpoints: new WebhookEndpointSetRepository(db, scope),
    deliveries: new WebhookDeliverySetRepository(db, scope),
  })),
})
