import type { ProjectScope, ProjectSetScope } from '../../platform/access/scope.ts'
import type { Database } from '../../platform/database/database.ts'
import { createUnits } from '../../platform/database/units.ts'
import type { UnitsOfWork } from '../../platform/database/unit-of-work.ts'
import { BucketRepository, BucketSetRepository } from './bucket/repository.ts'
import { StorageGrantRepository, StorageGrantSetRepository } from './grant/repository.ts'

interface ProjectRepositories {
  readonly buckets: BucketRepository
  readonly grants: StorageGrantRepository
}

interface ProjectSetRepositories {
  readonly buckets: BucketSetRepository
  readonly grants: StorageGrantSetRepository
}

/** storage's doors to the database, one for each kind of scope. */
export interface StorageUnits {
  readonly project: UnitsOfWork<ProjectScope, ProjectRepositories>
  readonly projectSet: UnitsOfWork<ProjectSetScope, ProjectSetRepositories>
}

export const storageUnits = (database: Database): StorageUnits => ({
  project: createUnits(database, (db, scope: ProjectScope) => ({
    buckets: new BucketRepository(db, scope),
    grants: new StorageGrantRepository(db, scope),
  })),
  projectSet: createUnits(database, (db, scope: ProjectSetScope) => ({
    buckets: new BucketSetRepository(db, scope),
    grants: new StorageGrantSetRepository(db, scope),
  })),
})
