import { allocationService, type AllocationService } from './allocation/service.ts'
import { creationService, type CreationService } from './allocation/creation.ts'
import { provisioningService, type ProvisioningService } from './allocation/provisioning.ts'
import { simulatedProvider, type Provider } from './allocation/provider.ts'
import { capacityService, type CapacityService } from './capacity/service.ts'
import { catalogueService, type CatalogueService } from './catalogue/service.ts'
import type { ComputeLoaders } from './loaders.ts'
import { nodeService, type NodeService } from './node/service.ts'
import { terminalChecks, type TerminalChecks } from './terminal-session/checks.ts'
import { terminalGateways } from './terminal-session/gateways.ts'
import { terminalHints } from './terminal-session/hints.ts'
import { terminalLive, type TerminalLive } from './terminal-session/live.ts'
import { DEFAULT_LIMITS } from './terminal-session/model.ts'
import { terminalService, type TerminalService } from './terminal-session/service.ts'
import { terminalTokens } from './terminal-session/tokens.ts'
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
  readonly terminals: TerminalService
  readonly terminalLive: TerminalLive
  readonly terminalChecks: TerminalChecks
}

export interface ComputeContext extends OperationContext {
  readonly compute: Compute
  readonly loaders: ComputeLoaders
}

type ComputePlatform = Pick<SubgraphPlatform, 'database' | 'cache' | 'audience' | 'clock' | 'ids' | 'log' | 'terminals'>

export const createCompute = (platform: ComputePlatform, provider: Provider = simulatedProvider()): Compute => {
  const { database, cache, audience, clock, ids, log } = platform
  const units = computeUnits(database)
  const gateways = terminalGateways(units)
  const hints = terminalHints(cache, log)
  const tokens = terminalTokens(cache, clock)
  const limits = { ...DEFAULT_LIMITS, ...platform.terminals }
  return {
    allocations: allocationService({ units, hints, clock }),
    creation: creationService({ units, clock, ids }),
    provisioning: provisioningService({ units, clock, provider }),
    capacity: capacityService({ units }),
    catalogue: catalogueService({ units }),
    nodes: nodeService({ units }),
    terminals: terminalService({ units, gateways, tokens, hints, clock, ids, limits }),
    terminalLive: terminalLive({ units, hints, clock }),
    terminalChecks: terminalChecks({ units, gateways, hints, audience, clock }),
  }
}
