import { allocationService, type AllocationService } from './allocation/service.ts'
import { creationService, type CreationService } from './allocation/creation.ts'
import { provisioningService, type ProvisioningService } from './allocation/provisioning.ts'
import { simulatedProvider, type Provider } from './allocation/provider.ts'
import { capacityService, type CapacityService } from './capacity/service.ts'
import { catalogueService, type CatalogueService } from './catalogue/service.ts'
import type { ComputeLoaders } from './loaders.ts'
import { nodeService, type NodeService } from './node/service.ts'
import { computeUnits } from './units.ts'
import type { OperationContext, SubgraphPlatform } from '../../platform/subgraph/module.ts'

/** compute's use cases. */
export interface Compute {
  readonly allocations: AllocationService
  readonly creation: CreationService
  readonly provisioning: ProvisioningService
  readonly capacity: CapacityService
  readonly catalogue: CatalogueService
  readonly nodes: NodeService
}

export interface ComputeContext extends OperationContext {
  readonly compute: Compute
  readonly loaders: ComputeLoaders
}

export const createCompute = (
  { database, clock, ids }: Pick<SubgraphPlatform, 'database' | 'clock' | 'ids'>,
  provider: Provider = simulatedProvider(),
): Compute => {
  const units = computeUnits(database)
  return {
    allocations: allocationService({ units, clock }),
    creation: creationService({ units, clock, ids }),
    provisioning: provisioningService({ units, clock, provider }),
    capacity: capacityService({ units }),
    catalogue: catalogueService({ units }),
    nodes: nodeService({ units }),
  }
}
