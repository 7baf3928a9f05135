import DataLoader from 'dataloader'
import type { AffectedPrincipals } from '../../platform/access/grant-cache.ts'
import type { OrganizationGrant, ProjectGrant } from '../../platform/access/authorize.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import type { OperationContext, SubgraphPlatform } from '../../platform/subgraph/module.ts'
import { auditService, type AuditService } from './audit/service.ts'
import type { Department, DepartmentId } from './department/model.ts'
import { departmentService, type DepartmentService } from './department/service.ts'
import { evidenceService, type EvidenceService } from './evidence/service.ts'
import { membershipService, type MembershipService } from './membership/service.ts'
import type { Organization } from './organization/model.ts'
import { organizationService, type OrganizationService } from './organization/service.ts'
import type { Project } from './project/model.ts'
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

/** A department to look up, and the proof that it may be read. */
interface DepartmentKey {
  readonly grant: OrganizationGrant<'DEPARTMENT_READ'>
  readonly id: DepartmentId
}

/** Batched look-ups of one operation. */
interface IamLoaders {
  /** Projects that the grants prove readable, many in one statement. */
  readonly project: DataLoader<ProjectGrant<'PROJECT_READ'>, Project | undefined, Uuid>
  /** Each organization once, however many projects name it. */
  readonly organization: DataLoader<OrganizationGrant<'ORGANIZATION_READ'>, Organization | undefined, Uuid>
  /** Departments, many of one organization in one statement. */
  readonly department: DataLoader<DepartmentKey, Department | undefined, string>
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

export const iamLoaders = ({ projects, organizations, departments }: Iam): IamLoaders => ({
  project: new DataLoader(
    async (grants: readonly ProjectGrant<'PROJECT_READ'>[]) => {
      const found = await projects.findAll({ kind: 'project-set', projects: grants.map(({ scope }) => scope) })
      const byId = new Map(found.map((project) => [project.id.local, project]))
      return grants.map(({ scope }) => byId.get(scope.projectId))
    },
    { cacheKeyFn: ({ scope }) => scope.projectId },
  ),
  organization: new DataLoader((grants) => Promise.all(grants.map((grant) => organizations.find(grant))), {
    cacheKeyFn: ({ scope }) => scope.organizationId,
  }),
  department: new DataLoader(
    async (keys: readonly DepartmentKey[]) => {
      const byOrganization = Map.groupBy(keys, ({ grant }) => grant.scope.organizationId)
      const found = await Promise.all(
        [...byOrganization.values()].flatMap(([first, ...more]) =>
          first === undefined ? [] : [departments.findAll(first.grant, [first.id, ...more.map(({ id }) => id)])],
        ),
      )
      const byText = new Map(found.flat().map((department) => [department.id.text, department]))
      return keys.map(({ id }) => byText.get(id.text))
    },
    { cacheKeyFn: ({ id }) => id.text },
  ),
})
