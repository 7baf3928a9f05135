import type { OrganizationScope } from '../../../platform/access/scope.ts'
import type { TransactionalJobs } from '../../../platform/database/unit-of-work.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { WebhookEndpointRepository } from '../webhook/repository.ts'
import { queueDelivery } from './jobs.ts'
import type { Held } from './turn.ts'

/** What waits for an endpoint, as it is held now, is sent from now on. */
export const wake = async (
  { endpoints, jobs }: { readonly endpoints: WebhookEndpointRepository; readonly jobs: TransactionalJobs },
  { organizationId }: OrganizationScope,
  endpoint: Uuid,
  { isEnabled, position, lastSequence }: Pick<Held, 'isEnabled' | 'position' | 'lastSequence'>,
  now: Date,
): Promise<void> => {
  if (!isEnabled || position >= lastSequence) return
  await endpoints.schedule(endpoint, now)
  queueDelivery(jobs, organizationId, endpoint)
}
