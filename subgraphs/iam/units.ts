import type {
  OrganizationScope,
  OrganizationSetScope,
  PlatformScope,
  ProjectScope,
  ProjectSetScope,
  SelfScope,
} from '../../platform/access/scope.ts'
import type { Database } from '../../platform/database/database.ts'
import { createUnits } from '../../platform/database/units.ts'
import type { UnitsOfWork } from '../../platform/database/unit-of-work.ts'
import { ApiKeyRepository, ApiKeySetRepository } from './api-key/repository.ts'
import { AuditRepository } from './audit/repository.ts'
import { DepartmentRepository, DepartmentSetRepository } from './department/repository.ts'
import { EvidenceRepository } from './evidence/repository.ts'
import { OrganizationMembershipRepository, ProjectMembershipRepository } from './membership/repository.ts'
import { OrganizationSetMembershipRepository, ProjectSetMembershipRepository } from './membership/set-repository.ts'
import { OrganizationRepository, OrganizationSetRepository } from './organization/repository.ts'
import {
  OrganizationProjectRepository,
  OrganizationSetProjectRepository,
  ProjectSetRepository,
} from './project/repository.ts'
import { ServiceAccountRepository, ServiceAccountSetRepository } from './service-account/repository.ts'
import { NamedUserRepository } from './user/named-user-repository.ts'
import { UserRepository } from './user/repository.ts'

interface OrganizationRepositories {
  readonly auditLog: AuditRepository
  readonly organizations: OrganizationRepository
  readonly departments: DepartmentRepository
  readonly projects: OrganizationProjectRepository
  readonly memberships: OrganizationMembershipRepository
  readonly namedUsers: NamedUserRepository
}

interface ProjectRepositories {
  readonly memberships: ProjectMembershipRepository
  readonly namedUsers: NamedUserRepository
  readonly accounts: ServiceAccountRepository
  readonly keys: ApiKeyRepository
}

interface OrganizationSetRepositories {
  readonly organizations: OrganizationSetRepository
  readonly departments: DepartmentSetRepository
  readonly projects: OrganizationSetProjectRepository
  readonly memberships: OrganizationSetMembershipRepository
}

interface ProjectSetRepositories {
  readonly projects: ProjectSetRepository
  readonly memberships: ProjectSetMembershipRepository
  readonly accounts: ServiceAccountSetRepository
  readonly keys: ApiKeySetRepository
}

/** iam's doors to the database, one for each kind of scope. */
export interface IamUnits {
  readonly organization: UnitsOfWork<OrganizationScope, OrganizationRepositories>
  readonly project: UnitsOfWork<ProjectScope, ProjectRepositories>
  readonly organizationSet: UnitsOfWork<OrganizationSetScope, OrganizationSetRepositories>
  readonly projectSet: UnitsOfWork<ProjectSetScope, ProjectSetRepositories>
  readonly self: UnitsOfWork<SelfScope, { readonly users: UserRepository }>
  readonly platform: UnitsOfWork<
    PlatformScope,
    { readonly auditLog: AuditRepository; readonly evidence: EvidenceRepository }
  >
}

export const iamUnits = (database: Database): IamUnits => ({
  organization: createUnits(database, (db, scope: OrganizationScope) => ({
    auditLog: new AuditRepository(db, scope),
    organizations: new OrganizationRepository(db, scope),
    departments: new DepartmentRepository(db, scope),
    projects: new OrganizationProjectRepository(db, scope),
    memberships: new OrganizationMembershipRepository(db, scope),
    namedUsers: new NamedUserRepository(db),
  })),
  project: createUnits(database, (db, scope: ProjectScope) => ({
    memberships: new ProjectMembershipRepository(db, scope),
    namedUsers: new NamedUserRepository(db),
    accounts: new ServiceAccountRepository(db, scope),
    keys: new ApiKeyRepository(db, scope),
  })),
  organizationSet: createUnits(database, (db, scope: OrganizationSetScope) => ({
    organizations: new OrganizationSetRepository(db, scope),
    departments: new DepartmentSetRepository(db, scope),
    projects: new OrganizationSetProjectRepository(db, scope),
    memberships: new OrganizationSetMembershipRepository(db, scope),
  })),
  projectSet: createUnits(database, (db, scope: ProjectSetScope) => ({
    projects: new ProjectSetRepository(db, scope),
    memberships: new ProjectSetMembershipRepository(db, scope),
    accounts: new ServiceAccountSetRepository(db, scope),
    keys: new ApiKeySetRepository(db, scope),
  })),
  self: createUnits(database, (db, scope: SelfScope) => ({ users: new UserRepository(db, scope) })),
  platform: createUnits(database, (db, scope: PlatformScope) => ({
    auditLog: new AuditRepository(db, scope),
    evidence: new EvidenceRepository(db),
  })),
})
