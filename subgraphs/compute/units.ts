import type { PlatformScope, ProjectScope, ProjectSetScope } from '../../platform/access/scope.ts'
import type { Database } from '../../platform/database/database.ts'
import { createUnits } from '../../platform/database/units.ts'
import type { UnitsOfWork } from '../../platform/database/unit-of-work.ts'
import { AllocationRepository, ProjectSetAllocationRepository } from './allocation/repository.ts'
import { CapacityRepository } from './capacity/repository.ts'
import { CatalogueRepository } from './catalogue/repository.ts'
import { NodeRepository } from './node/repository.ts'
import { PlacementRepository } from './placement/repository.ts'

export interface ProjectRepositories {
  readonly allocations: AllocationRepository
  readonly machines: PlacementRepository
  readonly catalogue: CatalogueRepository
}

interface PlatformRepositories {
  readonly capacity: CapacityRepository
  readonly catalogue: CatalogueRepository
  readonly nodes: NodeRepository
}

/** compute's doors to the database, one for each kind of scope. */
export interface ComputeUnits {
  readonly project: UnitsOfWork<ProjectScope, ProjectRepositories>
  readonly projectSet: UnitsOfWork<ProjectSetScope, { readonly allocations: ProjectSetAllocationRepository }>
  readonly platform: UnitsOfWork<PlatformScope, PlatformRepositories>
}

export const computeUnits = (database: Database): ComputeUnits => ({
  project: createUnits(database, (db, scope: ProjectScope) => ({
    allocations: new AllocationRepository(db, scope),
    machines: new PlacementRepository(db, scope),
    catalogue: new CatalogueRepository(db),
  })),
  projectSet: createUnits(database, (db, scope: ProjectSetScope) => ({
    allocations: new ProjectSetAllocationRepository(db, scope),
  })),
  platform: createUnits(database, (db) => ({
    capacity: new CapacityRepository(db),
    catalogue: new CatalogueRepository(db),
    nodes: new NodeRepository(db),
  })),
})
