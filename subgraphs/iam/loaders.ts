import DataLoader from 'dataloader'
import type { OrganizationGrant, ProjectGrant, SelfGrant } from '../../platform/access/authorize.ts'
import type { OrganizationScope } from '../../platform/access/scope.ts'
import {
  listLoader,
  organizationLoader,
  organizationTotals,
  type ListLoader,
  type OrganizationLoader,
} from '../../platform/graphql/loaders.ts'
import { onDemand } from '../../platform/graphql/on-demand.ts'
import { selfId, type ProjectId, type Uuid } from '../../platform/ids/id.ts'
import type { ApiKey } from './api-key/model.ts'
import type { Iam } from './context.ts'
import type { Department, DepartmentId } from './department/model.ts'
import type { MemberRow } from './membership/repository.ts'
import type { Organization } from './organization/model.ts'
import type { Project } from './project/model.ts'
import type { ServiceAccount, ServiceAccountId } from './service-account/model.ts'
import type { User } from './user/model.ts'

/** A department to look up, and the proof that it may be read. */
interface DepartmentKey {
  readonly grant: OrganizationGrant<'DEPARTMENT_READ'>
  readonly id: DepartmentId
}

/** Batched look-ups of one operation: many in one statement, each once. */
export interface IamLoaders {
  readonly self: DataLoader<SelfGrant, User | undefined, Uuid>
  readonly project: DataLoader<ProjectGrant<'PROJECT_READ'>, Project | undefined, Uuid>
  readonly organization: OrganizationLoader<'ORGANIZATION_READ', Organization | undefined>
  readonly department: DataLoader<DepartmentKey, Department | undefined, string>
  readonly projectTotal: OrganizationLoader<'ORGANIZATION_READ', number>
  readonly departmentTotal: OrganizationLoader<'DEPARTMENT_READ', number>
  readonly memberTotal: OrganizationLoader<'MEMBERSHIP_READ', number>
  readonly membersOfProject: ListLoader<'MEMBERSHIP_READ', ProjectId, MemberRow>
  readonly accountsOfProject: ListLoader<'SERVICE_ACCOUNT_READ', ProjectId, ServiceAccount>
  readonly keysOfAccount: ListLoader<'API_KEY_READ', ServiceAccountId, ApiKey>
}

const projectLoader = ({ projects }: Iam): IamLoaders['project'] =>
  new DataLoader(
    async (grants) => {
      const found = await projects.findAll({ kind: 'project-set', projects: grants.map(({ scope }) => scope) })
      const byId = new Map(found.map((project) => [project.id.local, project]))
      return grants.map(({ scope }) => byId.get(scope.projectId))
    },
    { cacheKeyFn: ({ scope }) => scope.projectId },
  )

const departmentLoader = ({ departments }: Iam): IamLoaders['department'] =>
  new DataLoader(
    async (keys: readonly DepartmentKey[]) => {
      const scopes = new Map<Uuid, OrganizationScope>(keys.map(({ grant: { scope } }) => [scope.organizationId, scope]))
      const found = await departments.findAll(
        { kind: 'organization-set', organizations: [...scopes.values()] },
        keys.map(({ id }) => id),
      )
      const byText = new Map(found.map((department) => [department.id.text, department]))
      return keys.map(({ id }) => byText.get(id.text))
    },
    { cacheKeyFn: ({ id }) => id.text },
  )

export const iamLoaders = (iam: Iam) =>
  onDemand<IamLoaders>({
    self: () =>
      new DataLoader((grants) => Promise.all(grants.map((grant) => iam.users.find(grant))), {
        cacheKeyFn: ({ scope }) => scope.userId,
      }),
    project: () => projectLoader(iam),
    organization: () =>
      organizationLoader(async (scope) => {
        const byId = new Map((await iam.organizations.findAll(scope)).map((found) => [found.id.local, found]))
        return (organization) => byId.get(organization)
      }),
    department: () => departmentLoader(iam),
    projectTotal: () => organizationTotals(iam.projects.totalsOfOrganizations),
    departmentTotal: () => organizationTotals(iam.departments.totals),
    memberTotal: () => organizationTotals(iam.memberships.totalsOfOrganizations),
    membersOfProject: () =>
      listLoader(
        { pages: iam.memberships.pagesOfProjects, totals: iam.memberships.totalsOfProjects },
        ({ project }) => project.text,
      ),
    accountsOfProject: () => listLoader(iam.serviceAccounts, ({ id }) => selfId('prj', id.scope).text),
    keysOfAccount: () => listLoader(iam.apiKeys, ({ serviceAccountId }) => serviceAccountId.text),
  })
