import { attackersOf, type Attack } from './attacks.ts'
import type { Laboratory } from './laboratory.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { RouteRepository } from '../../../subgraphs/app-platform/route/repository.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import {
  organizationScope,
  projectScope,
  selfScope,
  type OrganizationSetScope,
  type ProjectSetScope,
} from '../../../platform/access/scope.ts'
import { ownedId, parseId, type Uuid } from '../../../platform/ids/id.ts'
import type { IdPrefix } from '../../../platform/ids/kinds.ts'
import { ChargeRepository } from '../../../subgraphs/billing/charge/repository.ts'
import { PlacementRepository } from '../../../subgraphs/compute/placement/repository.ts'
import { BucketRepository } from '../../../subgraphs/storage/bucket/repository.ts'
import { StorageGrantSetRepository } from '../../../subgraphs/storage/grant/repository.ts'
import { ReleaseRepository } from '../../../subgraphs/app-platform/release/repository.ts'
import { AccountRepository } from '../../../subgraphs/billing/account/repository.ts'
import { ApiKeySetRepository } from '../../../subgraphs/iam/api-key/repository.ts'
import { ProjectMembershipRepository } from '../../../subgraphs/iam/membership/repository.ts'
import { OrganizationRepository } from '../../../subgraphs/iam/organization/repository.ts'
import { SecretRepository } from '../../../subgraphs/app-platform/secret/repository.ts'
import { ChannelRepository } from '../../../subgraphs/notifications/channel/repository.ts'
import { WebhookDeliverySetRepository } from '../../../subgraphs/notifications/webhook-delivery/repository.ts'
import { userOf } from '../../../server/demo/tenants.ts'
import type { Stage } from '../../stage/stage.ts'

/** The row of a thing of the target. */
export const rowOf = (stage: Stage, prefix: IdPrefix, type: string): Uuid => {
  const id = parseId(prefix, stage.target.get(type)?.key ?? '')
  if (!id.ok) throw new Error(`The stage has no ${type}`)
  return id.value.local
}

export const FIRST: IdPage = {
  ...{ direction: 'forward', fetch: 20, limit: 20, after: undefined, from: undefined },
  identity: { list: 'Bucket.grants', sort: 'id', keyParts: 1 },
}

/**
 * What jobs and event handlers do, and what services do only once something else of the caller's own was found: no single
 * forged id of the graph reaches it.
 */
export const directAttacks = (stage: Stage, { databaseOf }: Laboratory): readonly Attack[] => {
  const allocation = rowOf(stage, 'alc', 'Allocation')
  const [bucket, release] = [rowOf(stage, 'bkt', 'Bucket'), rowOf(stage, 'rel', 'Release')]
  const secret = rowOf(stage, 'sec', 'Secret')
  const account = rowOf(stage, 'sva', 'ServiceAccount')
  const member = userOf('viewer@northwind.example').id
  const environment = rowOf(stage, 'env', 'Environment')
  const endpoint = rowOf(stage, 'whe', 'WebhookEndpoint')
  return attackersOf(stage).flatMap(({ sent, claimed }): readonly Attack[] => {
    const scope = projectScope(claimed.organization, claimed.project)
    const projects: ProjectSetScope = { kind: 'project-set', projects: [scope] }
    const inProject = (what: string, run: Attack['run']): Attack => ({
      ...{ name: `${what}, in the project of ${sent.name}`, run },
    })
    const [compute, billing] = [databaseOf('compute'), databaseOf('billing')]
    const [storage, apps] = [databaseOf('storage'), databaseOf('app_platform')]
    const [iam, notifications] = [databaseOf('iam'), databaseOf('notifications')]
    const organization = organizationScope(claimed.organization)
    const organizations: OrganizationSetScope = { kind: 'organization-set', organizations: [organization] }
    const user = selfScope(claimed.user)
    const endpointId = ownedId('whe', claimed.organization, endpoint)
    const accountId = ownedId('sva', scope.projectId, account)
    const bucketId = ownedId('bkt', scope.projectId, bucket)
    return [
      inProject('what is charged already', () =>
        billing.read(scope, (db) => new ChargeRepository(db, scope).chargedUntil(allocation)),
      ),
      inProject('the release of slots', () =>
        compute.write(scope, (db) => new PlacementRepository(db, scope).release(allocation, new Date())),
      ),
      inProject('the lock of a bucket', () =>
        storage.write(scope, (db) => new BucketRepository(db, scope).lock(bucketId)),
      ),
      inProject('the grants of a bucket', () =>
        storage.read(projects, (db) => new StorageGrantSetRepository(db, projects).pages([bucketId], FIRST)),
      ),
      inProject('a route', () =>
        apps.write(scope, (db) =>
          new RouteRepository(db, scope).insert({
            id: ownedId('rte', scope.projectId, systemIds.next()),
            environmentId: ownedId('env', scope.projectId, environment),
            ...{ hostname: 'proof.example', endpoint: 'http:8080', authMode: 'PUBLIC', routeFamily: 'BROWSER_APP' },
            ...{ proxyPool: 'shared', version: 1, createdAt: new Date() },
          }),
        ),
      ),
      inProject('the keys of an account', () =>
        iam.read(projects, (db) => new ApiKeySetRepository(db, projects).pages([accountId], FIRST)),
      ),
      inProject('a member of the target', () =>
        iam.read(scope, (db) => new ProjectMembershipRepository(db, scope).find(member)),
      ),
      inProject('the books of the organization', () =>
        billing.write(organization, (db) => new AccountRepository(db, organization).open(systemIds, new Date())),
      ),
      inProject('the suspension of the organization', () =>
        iam.write(organization, (db) => new OrganizationRepository(db, organization).suspend(new Date())),
      ),
      inProject('a secret', async () => {
        const { rows } = await stage.world.owner.query<{ id: Uuid }>(
          'select environment_id as id from app_platform.secrets where id = $1',
          [secret],
        )
        const environmentId = ownedId('env', scope.projectId, rows[0]?.id ?? environment)
        const id = ownedId('sec', scope.projectId, secret)
        return apps.read(scope, (db) => new SecretRepository(db, scope).find(environmentId, { by: 'id', id }))
      }),
      inProject('what a user is told', () =>
        notifications.read(user, (db) => new ChannelRepository(db, user).after(0n, FIRST.limit)),
      ),
      inProject('what an endpoint is told', () =>
        notifications.read(organizations, (db) =>
          new WebhookDeliverySetRepository(db, organizations).pages([endpointId], {
            ...{ direction: 'forward', fetch: FIRST.fetch, limit: FIRST.limit },
            ...{ after: undefined, from: undefined, beyond: undefined, status: undefined, identity: FIRST.identity },
          }),
        ),
      ),
      inProject('a release to deploy', () =>
        apps.read(scope, (db) => new ReleaseRepository(db, scope).find(ownedId('rel', scope.projectId, release))),
      ),
    ]
  })
}
