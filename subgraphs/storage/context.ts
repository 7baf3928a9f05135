import { listLoader, oneLoader, type ListLoader, type OneLoader } from '../../platform/graphql/loaders.ts'
import { onDemand } from '../../platform/graphql/on-demand.ts'
import { selfId, type ProjectId } from '../../platform/ids/id.ts'
import type { OperationContext, SubgraphPlatform } from '../../platform/subgraph/module.ts'
import type { Bucket, BucketId } from './bucket/model.ts'
import { bucketService, type BucketService } from './bucket/service.ts'
import type { SharedBucket, StorageGrant } from './grant/model.ts'
import { storageGrantService, type StorageGrantService } from './grant/service.ts'
import { storageUnits } from './units.ts'

/** storage's use cases. */
export interface Storage {
  readonly buckets: BucketService
  readonly grants: StorageGrantService
}

/** Batched look-ups of one operation. */
interface StorageLoaders {
  readonly bucket: OneLoader<'STORAGE_BUCKET_READ', BucketId, Bucket>
  readonly bucketsOfProject: ListLoader<'STORAGE_BUCKET_READ', ProjectId, Bucket>
  readonly sharedWithProject: ListLoader<'STORAGE_BUCKET_READ', ProjectId, SharedBucket>
  readonly grantsOfBucket: ListLoader<'STORAGE_GRANT_READ', BucketId, StorageGrant>
}

export interface StorageContext extends OperationContext {
  readonly storage: Storage
  readonly loaders: StorageLoaders
}

/** A project as other parts of the graph name it: by its id alone. */
export interface ProjectReference {
  readonly id: string
}

export const createStorage = ({ database, clock, ids }: SubgraphPlatform): Storage => {
  const units = storageUnits(database)
  return { buckets: bucketService({ units, clock, ids }), grants: storageGrantService({ units, clock, ids }) }
}

export const storageLoaders = ({ buckets, grants }: Storage) =>
  onDemand<StorageLoaders>({
    bucket: () => oneLoader(buckets.findAll),
    bucketsOfProject: () => listLoader(buckets, ({ id }) => selfId('prj', id.scope).text),
    sharedWithProject: () =>
      listLoader(
        { pages: grants.pagesOfShared, totals: grants.totalsOfShared },
        ({ subjectProjectId }) => subjectProjectId.text,
      ),
    grantsOfBucket: () => listLoader(grants, ({ bucketId }) => bucketId.text),
  })
