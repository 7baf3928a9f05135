import DataLoader from 'dataloader'
import type { ProjectGrant } from '../../platform/access/authorize.ts'
import type { OperationContext, SubgraphPlatform } from '../../platform/subgraph/module.ts'
import type { Bucket, BucketId } from './bucket/model.ts'
import { bucketService, type BucketService } from './bucket/service.ts'
import { storageGrantService, type StorageGrantService } from './grant/service.ts'
import { storageUnits } from './units.ts'

/** storage's use cases. */
export interface Storage {
  readonly buckets: BucketService
  readonly grants: StorageGrantService
}

/** A bucket to look up, and the proof that its project may be read. */
interface BucketKey {
  readonly grant: ProjectGrant<'STORAGE_BUCKET_READ'>
  readonly id: BucketId
}

/** Batched look-ups of one operation. */
interface StorageLoaders {
  readonly bucket: DataLoader<BucketKey, Bucket | undefined, string>
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

const textOf = ({ id }: BucketKey): string => id.text

export const storageLoaders = ({ buckets }: Storage): StorageLoaders => ({
  bucket: new DataLoader(
    async (keys: readonly BucketKey[]) => {
      const projects = new Map(keys.map(({ grant: { scope } }) => [scope.projectId, scope]))
      const scope = { kind: 'project-set', projects: [...projects.values()] } as const
      const found = await buckets.findAll(
        scope,
        keys.map(({ id }) => id),
      )
      const byText = new Map(found.map((bucket) => [bucket.id.text, bucket]))
      return keys.map((key) => byText.get(textOf(key)))
    },
    { cacheKeyFn: textOf },
  ),
})
