import { systemGrant, type ProjectGrant, type SystemCapability } from '../../../platform/access/authorize.ts'
import { projectScope, type ProjectScope } from '../../../platform/access/scope.ts'
import { isUuid, ownedId } from '../../../platform/ids/id.ts'
import type { JobHandler, JobPayload } from '../../../platform/jobs/jobs.ts'
import type { AllocationId } from './model.ts'
import type { ProvisioningService } from './provisioning.ts'

export const PROVISION_JOB = 'compute.provision'
export const RELEASE_JOB = 'compute.release'

/** The same work is queued once, however often it is asked for. */
export const jobKey = (job: string, id: AllocationId): string => `${job}:${id.local}`

/** Ids alone: a job reads its truth from the allocation's row (R77). */
export const jobPayload = ({ organizationId, projectId }: ProjectScope, id: AllocationId): JobPayload => ({
  organizationId,
  projectId,
  allocationId: id.local,
})

interface Work {
  readonly grant: ProjectGrant<SystemCapability>
  readonly id: AllocationId
}

/** A payload that tells another owner than its allocation's finds no row: the whole key is looked up (R77). */
const workOf = (job: string, { organizationId = '', projectId = '', allocationId = '' }: JobPayload): Work => {
  if (!isUuid(organizationId) || !isUuid(projectId) || !isUuid(allocationId)) throw new Error(`${job} needs three ids`)
  const scope = projectScope(organizationId, projectId)
  return { grant: systemGrant(scope, job), id: ownedId('alc', projectId, allocationId) }
}

const handler =
  (job: string, run: (grant: Work['grant'], id: AllocationId) => Promise<void>): JobHandler =>
  async (payload) => {
    const { grant, id } = workOf(job, payload)
    await run(grant, id)
  }

export const allocationJobs = (provisioning: ProvisioningService): Readonly<Record<string, JobHandler>> => ({
  [PROVISION_JOB]: handler(PROVISION_JOB, provisioning.provision),
  [RELEASE_JOB]: handler(RELEASE_JOB, provisioning.release),
})
