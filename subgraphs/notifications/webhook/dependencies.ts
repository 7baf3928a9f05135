import type { OrganizationGrant } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { ShownOnce } from '../../../platform/idempotency/shown-once.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { WebhookMeans } from '../../../platform/subgraph/module.ts'
import type { WebhookEndpoint } from './model.ts'
import type { WebhookUnits } from './units.ts'

export interface WebhookDependencies {
  readonly units: WebhookUnits
  /** Undefined in a process that was given no key for secrets. */
  readonly webhooks: WebhookMeans | undefined
  readonly clock: Clock
  readonly ids: IdGenerator
}

export type WebhookManager = OrganizationGrant<'WEBHOOK_MANAGE'>

/** An endpoint with the secret that is never shown again. */
export interface WithSecret {
  readonly endpoint: WebhookEndpoint
  readonly secret: ShownOnce<string>
}
