import { systemGrant } from '../../../platform/access/authorize.ts'
import { organizationScope } from '../../../platform/access/scope.ts'
import type { TransactionalJobs } from '../../../platform/database/unit-of-work.ts'
import { isUuid, type Uuid } from '../../../platform/ids/id.ts'
import type { JobHandler, JobPayload } from '../../../platform/jobs/jobs.ts'
import type { SendingService } from './sending.ts'

export const DELIVER_JOB = 'notifications.deliver-webhook'

/** Sends what is next to an endpoint, at a time or now. Queued again it is the same job. */
export const queueDelivery = (jobs: TransactionalJobs, organization: Uuid, endpoint: Uuid, due?: Date): void => {
  jobs.add(DELIVER_JOB, { organizationId: organization, endpointId: endpoint }, `webhook:${endpoint}`, due)
}

const idIn = (payload: JobPayload, name: string): Uuid => {
  const text = payload[name] ?? ''
  if (!isUuid(text)) throw new Error(`The job has no ${name}`)
  return text
}

export const webhookJobs = (sending: SendingService): Readonly<Record<string, JobHandler>> => ({
  [DELIVER_JOB]: (payload) =>
    sending.sendNext(
      systemGrant(organizationScope(idIn(payload, 'organizationId')), DELIVER_JOB),
      idIn(payload, 'endpointId'),
    ),
})
