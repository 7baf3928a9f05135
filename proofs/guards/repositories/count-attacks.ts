import { attackersOf, type Attack } from './attacks.ts'
import { FIRST, rowOf } from './direct-attacks.ts'
import type { Laboratory } from './laboratory.ts'
import {
  organizationScope,
  projectScope,
  selfScope,
  type OrganizationSetScope,
  type ProjectSetScope,
  type Scope,
} from '../../../platform/access/scope.ts'
import type { DomainSchema, Transaction } from '../../../platform/database/database.ts'
import { ownedId, selfId } from '../../../platform/ids/id.ts'
import { AppSetRepository } from '../../../subgraphs/app-platform/app/repository.ts'
import { EnvironmentSetRepository } from '../../../subgraphs/app-platform/environment/repository.ts'
import { ReleaseSetRepository } from '../../../subgraphs/app-platform/release/repository.ts'
import { RouteSetRepository } from '../../../subgraphs/app-platform/route/repository.ts'
import { SecretSetRepository } from '../../../subgraphs/app-platform/secret/repository.ts'
import { ChargeSetRepository } from '../../../subgraphs/billing/charge/repository.ts'
import { LedgerSetRepository } from '../../../subgraphs/billing/ledger/repository.ts'
import { ProjectSetAllocationRepository } from '../../../subgraphs/compute/allocation/repository.ts'
import { ProjectSetTerminalSessionRepository } from '../../../subgraphs/compute/terminal-session/session-set-repository.ts'
import { ApiKeySetRepository } from '../../../subgraphs/iam/api-key/repository.ts'
import { AuditRepository } from '../../../subgraphs/iam/audit/repository.ts'
import { DepartmentSetRepository } from '../../../subgraphs/iam/department/repository.ts'
import {
  OrganizationSetMembershipRepository,
  ProjectSetMembershipRepository,
} from '../../../subgraphs/iam/membership/set-repository.ts'
import { OrganizationSetProjectRepository, ProjectSetRepository } from '../../../subgraphs/iam/project/repository.ts'
import { ServiceAccountSetRepository } from '../../../subgraphs/iam/service-account/repository.ts'
import { NotificationRepository } from '../../../subgraphs/notifications/notification/repository.ts'
import { WebhookDeliverySetRepository } from '../../../subgraphs/notifications/webhook-delivery/repository.ts'
import { BucketSetRepository } from '../../../subgraphs/storage/bucket/repository.ts'
import { StorageGrantSetRepository } from '../../../subgraphs/storage/grant/repository.ts'
import { TARGET } from '../../stage/arrangement.ts'
import type { Stage } from '../../stage/stage.ts'

const ANY = { unreadOnly: false, dismissed: 'included', categories: undefined, templates: undefined } as const

/**
 * What totals of lists are counted from, straight at the repositories: a page that holds the whole list counts nothing, so
 * that no forged id of the graph reaches them.
 */
export const countAttacks = (stage: Stage, { databaseOf }: Laboratory): readonly Attack[] => {
  const app = rowOf(stage, 'app', 'App')
  const environment = rowOf(stage, 'env', 'Environment')
  const bucket = rowOf(stage, 'bkt', 'Bucket')
  const account = rowOf(stage, 'sva', 'ServiceAccount')
  const allocation = rowOf(stage, 'alc', 'Allocation')
  const endpoint = rowOf(stage, 'whe', 'WebhookEndpoint')
  const now = new Date()
  return attackersOf(stage).flatMap(({ sent, claimed }): readonly Attack[] => {
    const scope = projectScope(claimed.organization, claimed.project)
    const inProject: ProjectSetScope = { kind: 'project-set', projects: [scope] }
    const organization = organizationScope(claimed.organization)
    const inOrganization: OrganizationSetScope = { kind: 'organization-set', organizations: [organization] }
    const own = [selfId('prj', scope.projectId)]
    const apps = [ownedId('app', scope.projectId, app)]
    const environments = [ownedId('env', scope.projectId, environment)]
    const page = { ...FIRST, states: undefined }
    const channels = [{ kind: 'USER', id: claimed.user, since: undefined }] as const
    const view = { userId: claimed.user, channels, projects: [scope.projectId, TARGET.project.id] }

    const counting =
      <S extends Scope>(schema: DomainSchema, within: S) =>
      (what: string, count: (db: Transaction, scope: S) => Promise<unknown>): Attack => ({
        name: `how many ${what} there are, for ${sent.name}`,
        run: () => databaseOf(schema).read(within, (db) => count(db, within)),
      })
    const inApps = counting('app_platform', inProject)
    const inCompute = counting('compute', inProject)
    const inStorage = counting('storage', inProject)
    const inIam = counting('iam', inProject)
    const inOrganizations = counting('iam', inOrganization)
    return [
      inApps('apps', (db, of) => new AppSetRepository(db, of).totals(own)),
      inApps('environments', (db, of) => new EnvironmentSetRepository(db, of).totals(apps)),
      inApps('releases', (db, of) => new ReleaseSetRepository(db, of).totals(apps)),
      inApps('routes of environments', (db, of) => new RouteSetRepository(db, of).totalsOfEnvironments(environments)),
      inApps('routes', (db, of) => new RouteSetRepository(db, of).totalsOfProjects(own)),
      inApps('secrets', (db, of) => new SecretSetRepository(db, of).totals(environments)),
      inCompute('allocations', (db, of) => new ProjectSetAllocationRepository(db, of).totals(own, page)),
      inCompute('terminal sessions', (db, of) =>
        new ProjectSetTerminalSessionRepository(db, of).totals([ownedId('alc', scope.projectId, allocation)], page),
      ),
      inStorage('buckets', (db, of) => new BucketSetRepository(db, of).totals(own)),
      inStorage('grants', (db, of) =>
        new StorageGrantSetRepository(db, of).totals([ownedId('bkt', scope.projectId, bucket)]),
      ),
      inStorage('shared buckets', (db, of) => new StorageGrantSetRepository(db, of).totalsOfShared(now, own)),
      counting('billing', inProject)('charges', (db, of) => new ChargeSetRepository(db, of).totals(own)),
      counting('billing', inOrganization)('transactions', (db, of) => new LedgerSetRepository(db, of).totals()),
      inIam('projects of a user', (db, of) => new ProjectSetRepository(db, of).total()),
      inIam('members of projects', (db, of) => new ProjectSetMembershipRepository(db, of).totals(own)),
      inIam('service accounts', (db, of) => new ServiceAccountSetRepository(db, of).totals(own)),
      inIam('keys', (db, of) => new ApiKeySetRepository(db, of).totals([ownedId('sva', scope.projectId, account)])),
      inOrganizations('projects', (db, of) => new OrganizationSetProjectRepository(db, of).totals()),
      inOrganizations('members', (db, of) => new OrganizationSetMembershipRepository(db, of).totals()),
      inOrganizations('departments', (db, of) => new DepartmentSetRepository(db, of).totals()),
      counting('iam', organization)('entries of the log', (db, of) => new AuditRepository(db, of).total({})),
      counting('notifications', selfScope(claimed.user))('notices', (db, of) =>
        new NotificationRepository(db, of).total({ ...ANY, projectId: undefined }, view),
      ),
      counting('notifications', inOrganization)('deliveries', (db, of) =>
        new WebhookDeliverySetRepository(db, of).totals([ownedId('whe', claimed.organization, endpoint)], {
          ...FIRST,
          ...{ beyond: undefined, status: undefined },
        }),
      ),
    ]
  })
}
