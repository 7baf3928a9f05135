import type { ProjectGrant } from '../../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import { storageGrantCreated, storageGrantRevoked } from '../../../platform/events/catalogue.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import { ownedId, type ProjectId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { BucketId } from '../bucket/model.ts'
import type { StorageUnits } from '../units.ts'
import {
  checkGrantRequest,
  revoke,
  type CreateStorageGrantRefusal,
  type GrantRequest,
  type RevokeStorageGrantRefusal,
  type SharedBucket,
  type StorageGrant,
  type StorageGrantId,
} from './model.ts'

export interface StorageGrantDependencies {
  readonly units: StorageUnits
  readonly clock: Clock
  readonly ids: IdGenerator
}

export type StorageGrantService = ReturnType<typeof storageGrantService>

export const storageGrantService = ({ units, clock, ids }: StorageGrantDependencies) => ({
  find: ({ scope }: ProjectGrant<'STORAGE_GRANT_READ'>, id: StorageGrantId): Promise<StorageGrant | undefined> =>
    units.project.read(scope, ({ grants }) => grants.find(id)),

  /** The same page of every bucket. */
  pages: (scope: ProjectSetScope, buckets: readonly BucketId[], page: IdPage): Promise<StorageGrant[]> =>
    units.projectSet.read(scope, ({ grants }) => grants.pages(buckets, page)),

  /** How many there are of every one, by the text of its id. */
  totals: (scope: ProjectSetScope, buckets: readonly BucketId[]): Promise<ReadonlyMap<string, number>> =>
    units.projectSet.read(scope, ({ grants }) => grants.totals(buckets)),

  /** The same page of every project that is let use what others own. */
  pagesOfShared: (scope: ProjectSetScope, projects: readonly ProjectId[], page: IdPage): Promise<SharedBucket[]> =>
    units.projectSet.read(scope, ({ grants }) => grants.pagesOfShared(clock.now(), projects, page)),

  /** How many buckets of others every project is let use, by the text of its id. */
  totalsOfShared: (scope: ProjectSetScope, projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> =>
    units.projectSet.read(scope, ({ grants }) => grants.totalsOfShared(clock.now(), projects)),

  /** Asked for again with the same terms, it is the same grant. */
  create: (
    grant: ProjectGrant<'STORAGE_GRANT_CREATE'>,
    request: GrantRequest,
  ): Promise<Result<StorageGrant, CreateStorageGrantRefusal>> => {
    const { organizationId, projectId } = grant.scope
    const now = clock.now()
    const checked = checkGrantRequest(request, grant.scope, now)
    if (!checked.ok) return Promise.resolve(checked)
    return units.project.write(grant, async ({ buckets, grants, audit, outbox }) => {
      if (!(await buckets.lock(request.bucketId))) return err('BUCKET_NOT_FOUND')
      const wanted: StorageGrant = {
        id: ownedId('sgr', projectId, ids.next()),
        ownerProjectId: request.ownerProjectId,
        subjectProjectId: request.subjectProjectId,
        bucketId: request.bucketId,
        rights: request.rights,
        createdAt: now,
        expiresAt: request.expiresAt ?? null,
        revokedAt: null,
      }
      const same = await grants.findSame(wanted)
      if (same) return ok(same)
      if (!(await grants.insert(wanted))) return err('SUBJECT_INVALID')
      audit.succeeded('storage.grant.create', wanted.id.text)
      outbox.add(
        storageGrantCreated.create(
          { organizationId, projectId },
          {
            grantId: wanted.id.local,
            bucketId: wanted.bucketId.local,
            subjectProjectId: wanted.subjectProjectId.local,
          },
        ),
      )
      return ok(wanted)
    })
  },

  revoke: (
    grant: ProjectGrant<'STORAGE_GRANT_REVOKE'>,
    id: StorageGrantId,
  ): Promise<Result<StorageGrant, RevokeStorageGrantRefusal>> =>
    units.project.write(grant, async ({ grants, audit, outbox }) => {
      const { organizationId, projectId } = grant.scope
      const found = await grants.find(id)
      if (!found) return err('NOT_FOUND')
      const ended = revoke(found, clock.now())
      if (!ended.ok) return ended
      if (!(await grants.end(ended.value))) return err('ALREADY_REVOKED')
      audit.succeeded('storage.grant.revoke', id.text)
      outbox.add(
        storageGrantRevoked.create(
          { organizationId, projectId },
          { grantId: id.local, bucketId: found.bucketId.local, subjectProjectId: found.subjectProjectId.local },
        ),
      )
      return ended
    }),
})
