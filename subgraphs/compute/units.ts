import type { PlatformScope, ProjectScope, ProjectSetScope } from '../../platform/access/scope.ts'
import type { Database } from '../../platform/database/database.ts'
import { createUnits } from '../../platform/database/units.ts'
import type { UnitsOfWork } from '../../platform/database/unit-of-work.ts'
import { AllocationRepository, ProjectSetAllocationRepository } from './allocation/repository.ts'
import { CapacityRepository } from './capacity/repository.ts'
import { CatalogueRepository } from './catalogue/repository.ts'
import { NodeRepository } from './node/repository.ts'
import { PlacementRepository } from './placement/repository.ts'
import { TerminalGatewayRepository } from './terminal-session/gateway-repository.ts'
import { TerminalSessionRepository } from './terminal-session/repository.ts'
import { ProjectSetTerminalSessionRepository } from './terminal-session/session-set-repository.ts'

export interface ProjectRepositories {
  readonly allocations: AllocationRepository
  readonly machines: PlacementRepository
  readonly catalogue: CatalogueRepository
  readonly terminals: TerminalSessionRepository
}

interface ProjectSetRepositories {
  readonly allocations: ProjectSetAllocationRepository
  readonly terminals: ProjectSetTerminalSessionRepository
}

interface PlatformRepositories {
  readonly capacity: CapacityRepository
  readonly catalogue: CatalogueRepository
  readonly nodes: NodeRepository
  readonly gateways: TerminalGatewayRepository
}

/** compute's doors to the database, one for each kind of scope. */
export interface ComputeUnits {
  readonly project: UnitsOfWork<ProjectScope, ProjectRepositories>
  readonly projectSet: UnitsOfWork<ProjectSetScope, ProjectSetRepositories>
  readonly platform: UnitsOfWork<PlatformScope, PlatformRepositories>
}

export const computeUnits = (database: Database): ComputeUnits => ({
  project: createUnits(database, (db, scope: ProjectScope) => ({
    allocations: new AllocationRepository(db, scope),
    machines: new PlacementRepository(db, scope),
    catalogue: new CatalogueRepository(db),
    terminals: new TerminalSessionRepository(db, scope),
  })),
  projectSet: createUnits(database, (db, scope: ProjectSetScope) => ({
    allocations: new ProjectSetAllocationRepository(db, scope),
    terminals: new ProjectSetTerminalSessionRepository(db, scope),
  })),
  platform: createUnits(database, (db) => ({
    capacity: new CapacityRepository(db),
    catalogue: new CatalogueRepository(db),
    nodes: new NodeRepository(db),
    gateways: new TerminalGatewayRepository(db),
  })),
})
