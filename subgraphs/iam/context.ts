import type { AffectedPrincipals } from '../../platform/access/grant-cache.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { OperationContext, SubgraphPlatform } from '../../platform/subgraph/module.ts'
import { auditService, type AuditService } from './audit/service.ts'
import { departmentService, type DepartmentService } from './department/service.ts'
import { evidenceService, type EvidenceService } from './evidence/service.ts'
import type { IamLoaders } from './loaders.ts'
import { membershipService, type MembershipService } from './membership/service.ts'
import { organizationService, type OrganizationService } from './organization/service.ts'
import { projectService, type ProjectService } from './project/service.ts'
import { iamUnits } from './units.ts'
import { apiKeyService, type ApiKeyService } from './api-key/service.ts'
import { serviceAccountService, type ServiceAccountService } from './service-account/service.ts'
import { userService, type UserService } from './user/service.ts'

/** iam's use cases. */
export interface Iam {
  readonly organizations: OrganizationService
  readonly departments: DepartmentService
  readonly projects: ProjectService
  readonly memberships: MembershipService
  readonly users: UserService
  readonly evidence: EvidenceService
  readonly serviceAccounts: ServiceAccountService
  readonly apiKeys: ApiKeyService
  /** What time it is: a key's state is a matter of time. */
  readonly clock: Clock
  readonly audit: AuditService
  /** Tells every process, after a change of memberships committed, whose grants it must read again. */
  readonly announce: (affected: AffectedPrincipals) => Promise<void>
}

export interface IamContext extends OperationContext {
  readonly iam: Iam
  readonly loaders: IamLoaders
}

export const createIam = (platform: SubgraphPlatform): Iam => {
  const { database, clock, ids, announceGrants, peppers, checkpointKeys, graph } = platform
  const units = iamUnits(database)
  return {
    organizations: organizationService({ units, clock, ids }),
    departments: departmentService({ units }),
    projects: projectService({ units, clock, ids }),
    memberships: membershipService({ units, clock, ids }),
    evidence: evidenceService({ units, graph }),
    users: userService({ units, clock }),
    serviceAccounts: serviceAccountService({ units, clock, ids }),
    apiKeys: apiKeyService({ units, peppers, clock, ids }),
    clock,
    audit: auditService({ units, keys: checkpointKeys }),
    announce: announceGrants,
  }
}
