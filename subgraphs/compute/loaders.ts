import DataLoader from 'dataloader'
import type { PlatformGrant } from '../../platform/access/authorize.ts'
import { listLoader, oneLoader, type ListLoader, type OneLoader } from '../../platform/graphql/loaders.ts'
import { onDemand } from '../../platform/graphql/on-demand.ts'
import { selfId, type ProjectId, type Uuid } from '../../platform/ids/id.ts'
import type { Allocation, AllocationId, AllocationPage } from './allocation/model.ts'
import type { Sku } from './catalogue/model.ts'
import type { Compute } from './context.ts'
import type { ComputeNode, NodeId } from './node/model.ts'
import type { TerminalPage, TerminalSession, TerminalSessionId } from './terminal-session/model.ts'

type ReadAllocation = 'COMPUTE_ALLOCATION_READ'

interface NodeKey {
  readonly grant: PlatformGrant<'PLATFORM_NODE_READ'>
  readonly id: NodeId
}

/** Batched look-ups of one operation: as many rows as it asks for in one statement. */
export interface ComputeLoaders {
  readonly sku: DataLoader<string, Sku | undefined>
  readonly node: DataLoader<NodeKey, ComputeNode | undefined, Uuid>
  readonly allocation: OneLoader<ReadAllocation, AllocationId, Allocation>
  readonly allocationsOfProject: ListLoader<ReadAllocation, ProjectId, Allocation, AllocationPage>
  readonly terminalSession: OneLoader<ReadAllocation, TerminalSessionId, TerminalSession>
  readonly terminalsOfAllocation: ListLoader<ReadAllocation, AllocationId, TerminalSession, TerminalPage>
}

const nodeLoader = ({ nodes }: Compute): ComputeLoaders['node'] =>
  new DataLoader(
    async (keys: readonly NodeKey[]) => {
      const [first] = keys
      if (first === undefined) return []
      const found = await nodes.findAll(
        first.grant,
        keys.map(({ id }) => id),
      )
      const byId = new Map(found.map((node) => [node.id.local, node]))
      return keys.map(({ id }) => byId.get(id.local))
    },
    { cacheKeyFn: ({ id }) => id.local },
  )

const skuLoader = ({ catalogue }: Compute): ComputeLoaders['sku'] =>
  new DataLoader(async (codes: readonly string[]) => {
    const byCode = new Map((await catalogue.skusOf(codes)).map((sku) => [sku.code, sku]))
    return codes.map((code) => byCode.get(code))
  })

export const computeLoaders = (compute: Compute) =>
  onDemand<ComputeLoaders>({
    sku: () => skuLoader(compute),
    node: () => nodeLoader(compute),
    allocation: () => oneLoader(compute.allocations.findAll),
    allocationsOfProject: () => listLoader(compute.allocations, ({ id }) => selfId('prj', id.scope).text),
    terminalSession: () => oneLoader(compute.terminals.findAll),
    terminalsOfAllocation: () => listLoader(compute.terminals, ({ allocationId }) => allocationId.text),
  })
