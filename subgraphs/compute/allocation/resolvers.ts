import type { IdText } from '../../../platform/access/scope-ids.ts'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import { parseId, selfId } from '../../../platform/ids/id.ts'
import type { ComputeResolvers } from '../resolver-types.ts'
import { gpusHeld, type AllocationId } from './model.ts'
import { createAllocationPayload, releaseAllocationPayload } from './payload.ts'

/** An id of another kind may be allowed by its project, and is still not an allocation's. */
const allocationId = (given: IdText, argument: string): AllocationId => {
  const id = parseId('alc', typeof given === 'string' ? given : given.text)
  if (!id.ok) throw catalogued('INVALID_ID', { argument })
  return id.value
}

export const allocationResolvers: Pick<ComputeResolvers, 'Query' | 'Mutation' | 'Project' | 'Allocation'> = {
  Query: {
    allocation: (_, { id }, { access, loaders }) =>
      loaders.allocation.load({ grant: access.project('COMPUTE_ALLOCATION_READ', id), id: allocationId(id, 'id') }),
  },
  Project: {
    __resolveReference: ({ id }) => ({ __typename: 'Project', id }),
    allocations: ({ id }, { filter, ...args }, { access, loaders }) => {
      const grant = access.project('COMPUTE_ALLOCATION_READ', id)
      const page = { ...idPage(args, 'Project.allocations', filter), states: filter?.states ?? undefined }
      const project = parseIdOrThrow('prj', id, 'id')
      const key = { grant, id: project }
      return loadConnection(loaders.allocationsOfProject, page, key, (allocation) => allocation.id.local)
    },
  },
  Allocation: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.allocation.load({ grant: access.project('COMPUTE_ALLOCATION_READ', id), id: allocationId(id, 'id') }),
    project: ({ id }) => ({ __typename: 'Project', id: selfId('prj', id.scope).text }),
    gpuCount: (allocation) => gpusHeld(allocation),
  },
  Mutation: {
    createAllocation: async (_, { input }, { access, compute }) =>
      createAllocationPayload(
        await compute.creation.create(
          access.project('COMPUTE_ALLOCATION_CREATE', parseIdOrThrow('prj', input.projectId, 'input.projectId')),
          {
            name: input.name,
            skuCode: input.skuCode,
            regionCode: input.regionCode ?? undefined,
          },
        ),
      ),
    releaseAllocation: async (_, { input }, { access, compute }) =>
      releaseAllocationPayload(
        await compute.allocations.release(
          access.project('COMPUTE_ALLOCATION_RELEASE', input.allocationId, 'input.allocationId'),
          allocationId(input.allocationId, 'input.allocationId'),
        ),
      ),
  },
}
