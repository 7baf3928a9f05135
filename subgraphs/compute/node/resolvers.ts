import type { IdText } from '../../../platform/access/scope-ids.ts'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { idConnection, idPage } from '../../../platform/graphql/id-page.ts'
import { parseId } from '../../../platform/ids/id.ts'
import type { ComputeResolvers } from '../resolver-types.ts'
import type { NodeId } from './model.ts'

const nodeId = (given: IdText): NodeId => {
  const id = parseId('nod', typeof given === 'string' ? given : given.text)
  if (!id.ok) throw catalogued('INVALID_ID', { argument: 'id' })
  return id.value
}

export const nodeResolvers: Pick<ComputeResolvers, 'Query' | 'ComputeNode'> = {
  Query: {
    computeNode: (_, { id }, { access, loaders }) =>
      loaders.node.load({ grant: access.platform('PLATFORM_NODE_READ'), id: nodeId(id) }),
    computeNodes: async (_, { filter, ...args }, { access, compute }) => {
      const page = idPage(args, 'Query.computeNodes', filter)
      const wanted = { regionCode: filter?.regionCode ?? undefined, states: filter?.states ?? undefined }
      const grant = access.platform('PLATFORM_NODE_READ')
      const rows = await compute.nodes.page(grant, wanted, page)
      const count = () => compute.nodes.total(grant, wanted)
      return idConnection(rows, page, ({ id }) => id.local, count)
    },
  },
  ComputeNode: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.node.load({ grant: access.platform('PLATFORM_NODE_READ'), id: nodeId(id) }),
  },
}
