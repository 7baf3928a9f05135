import DataLoader from 'dataloader'
import type { PlatformGrant, ProjectGrant } from '../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../platform/access/scope.ts'
import type { IdPage } from '../../platform/graphql/id-page.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import type { Allocation, AllocationId, AllocationState } from './allocation/model.ts'
import type { Sku } from './catalogue/model.ts'
import type { Compute } from './context.ts'
import type { ComputeNode, NodeId } from './node/model.ts'
import type { TerminalSession, TerminalSessionId, TerminalState } from './terminal-session/model.ts'

type ReadGrant = ProjectGrant<'COMPUTE_ALLOCATION_READ'>

interface AllocationKey {
  readonly grant: ReadGrant
  readonly id: AllocationId
}

interface TerminalKey {
  readonly grant: ReadGrant
  readonly id: TerminalSessionId
}

interface NodeKey {
  readonly grant: PlatformGrant<'PLATFORM_NODE_READ'>
  readonly id: NodeId
}

/** Batched look-ups of one operation: as many rows as it asks for in one statement. */
export interface ComputeLoaders {
  readonly sku: DataLoader<string, Sku | undefined>
  readonly node: DataLoader<NodeKey, ComputeNode | undefined, Uuid>
  readonly allocation: DataLoader<AllocationKey, Allocation | undefined, string>
  /** One loader for each page that is asked for, of many projects at once. */
  readonly allocationsOfProject: (page: IdPage, states: readonly AllocationState[] | undefined) => PageLoader
  readonly terminalSession: DataLoader<TerminalKey, TerminalSession | undefined, string>
  /** One loader for each page that is asked for, of many allocations at once. */
  readonly terminalsOfAllocation: (page: IdPage, states: readonly TerminalState[] | undefined) => TerminalPageLoader
}

type TerminalPageLoader = DataLoader<AllocationKey, readonly TerminalSession[], string>
type PageLoader = DataLoader<ReadGrant, readonly Allocation[], Uuid>

const scopesOf = (grants: readonly ReadGrant[]): ProjectSetScope => ({
  kind: 'project-set',
  projects: [...new Map(grants.map(({ scope }) => [scope.projectId, scope])).values()],
})

const allocationLoader = ({ allocations }: Compute): ComputeLoaders['allocation'] =>
  new DataLoader(
    async (keys: readonly AllocationKey[]) => {
      const scope = scopesOf(keys.map(({ grant }) => grant))
      const found = await allocations.findAll(
        scope,
        keys.map(({ id }) => id),
      )
      const byId = new Map(found.map((allocation) => [allocation.id.text, allocation]))
      return keys.map(({ id }) => byId.get(id.text))
    },
    { cacheKeyFn: ({ id }) => id.text },
  )

const pageLoaders = ({ allocations }: Compute): ComputeLoaders['allocationsOfProject'] => {
  const loaders = new Map<string, PageLoader>()
  return (page, states) => {
    const key = JSON.stringify([page.direction, page.fetch, page.after, states])
    const known = loaders.get(key)
    if (known !== undefined) return known
    const loader: PageLoader = new DataLoader(
      async (grants) => {
        const pages = await allocations.pages(scopesOf(grants), page, states)
        return grants.map(({ scope }) => pages.get(scope.projectId) ?? [])
      },
      { cacheKeyFn: ({ scope }) => scope.projectId },
    )
    loaders.set(key, loader)
    return loader
  }
}

const terminalLoader = ({ terminals }: Compute): ComputeLoaders['terminalSession'] =>
  new DataLoader(
    async (keys: readonly TerminalKey[]) => {
      const scope = scopesOf(keys.map(({ grant }) => grant))
      const found = await terminals.findAll(
        scope,
        keys.map(({ id }) => id),
      )
      const byId = new Map(found.map((session) => [session.id.text, session]))
      return keys.map(({ id }) => byId.get(id.text))
    },
    { cacheKeyFn: ({ id }) => id.text },
  )

const terminalPageLoaders = ({ terminals }: Compute): ComputeLoaders['terminalsOfAllocation'] => {
  const loaders = new Map<string, TerminalPageLoader>()
  return (page, states) => {
    const key = JSON.stringify([page.direction, page.fetch, page.after, states])
    const known = loaders.get(key)
    if (known !== undefined) return known
    const loader: TerminalPageLoader = new DataLoader(
      async (keys: readonly AllocationKey[]) => {
        const scope = scopesOf(keys.map(({ grant }) => grant))
        const allocations = keys.map(({ id }) => id)
        const pages = await terminals.pages(scope, allocations, page, states)
        return keys.map(({ id }) => pages.get(id.local) ?? [])
      },
      { cacheKeyFn: ({ id }) => id.text },
    )
    loaders.set(key, loader)
    return loader
  }
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

export const computeLoaders = (compute: Compute): ComputeLoaders => ({
  sku: skuLoader(compute),
  node: nodeLoader(compute),
  allocation: allocationLoader(compute),
  allocationsOfProject: pageLoaders(compute),
  terminalSession: terminalLoader(compute),
  terminalsOfAllocation: terminalPageLoaders(compute),
})
