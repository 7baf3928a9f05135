import type { ProjectGrant } from '../../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import { bucketCreated } from '../../../platform/events/catalogue.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { ProjectId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { StorageUnits } from '../units.ts'
import { newBucket, parseBucketName, type Bucket, type BucketId, type CreateBucketRefusal } from './model.ts'

export interface BucketDependencies {
  readonly units: StorageUnits
  readonly clock: Clock
  readonly ids: IdGenerator
}

export type BucketService = ReturnType<typeof bucketService>

export const bucketService = ({ units, clock, ids }: BucketDependencies) => ({
  /** Those that exist, in no order. */
  findAll: (scope: ProjectSetScope, wanted: readonly BucketId[]): Promise<Bucket[]> =>
    units.projectSet.read(scope, ({ buckets }) => buckets.findAll(wanted)),

  /** The same page of every project. */
  pages: (scope: ProjectSetScope, projects: readonly ProjectId[], page: IdPage): Promise<Bucket[]> =>
    units.projectSet.read(scope, ({ buckets }) => buckets.pages(projects, page)),

  /** How many there are of every one, by the text of its id. */
  totals: (scope: ProjectSetScope, projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> =>
    units.projectSet.read(scope, ({ buckets }) => buckets.totals(projects)),

  create: (
    grant: ProjectGrant<'STORAGE_BUCKET_CREATE'>,
    input: { readonly name: string },
  ): Promise<Result<Bucket, CreateBucketRefusal>> => {
    const name = parseBucketName(input.name)
    if (!name.ok) return Promise.resolve(name)
    return units.project.write(grant, async ({ buckets, audit, outbox }) => {
      const { organizationId, projectId } = grant.scope
      const bucket = newBucket(projectId, ids.next(), name.value, clock.now())
      if (!(await buckets.insert(bucket))) return err('NAME_TAKEN')
      audit.succeeded('storage.bucket.create', bucket.id.text)
      outbox.add(bucketCreated.create({ organizationId, projectId }, { bucketId: bucket.id.local }))
      return ok(bucket)
    })
  },
})
