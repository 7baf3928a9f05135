import type { PlatformGrant } from '../../../platform/access/authorize.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { ComputeUnits } from '../units.ts'
import type { ComputeNode, NodeFilter, NodeId } from './model.ts'

export type NodeService = ReturnType<typeof nodeService>

export const nodeService = ({ units }: { readonly units: ComputeUnits }) => ({
  /** Those that exist, in no order. */
  findAll: ({ scope }: PlatformGrant<'PLATFORM_NODE_READ'>, ids: readonly NodeId[]): Promise<ComputeNode[]> =>
    units.platform.read(scope, ({ nodes }) => nodes.findAll(ids.map(({ local }) => local))),

  /** By age. */
  page: ({ scope }: PlatformGrant<'PLATFORM_NODE_READ'>, filter: NodeFilter, page: IdPage): Promise<ComputeNode[]> =>
    units.platform.read(scope, ({ nodes }) => nodes.page(filter, page)),

  total: ({ scope }: PlatformGrant<'PLATFORM_NODE_READ'>, filter: NodeFilter): Promise<number> =>
    units.platform.read(scope, ({ nodes }) => nodes.total(filter)),
})
