import { allocations, type DemoAllocation } from './allocations.ts'
import { demoUuid } from './demo-id.ts'
import { nodes, regions, skus } from './machines.ts'
import { tableRows, type TableRows } from './rows.ts'

const HOUR = 3_600_000

const machineRows = (): TableRows[] => [
  tableRows(
    'owner',
    'compute.regions',
    regions.map(({ id, code, name }) => ({ id, code, name })),
  ),
  tableRows(
    'owner',
    'compute.skus',
    skus.map(({ id, code, name, shape, gpuModel, gpuCount, fabric }) => ({
      id,
      code,
      name,
      shape,
      gpu_model: gpuModel,
      gpu_count: gpuCount,
      fabric,
    })),
  ),
  tableRows(
    'owner',
    'compute.nodes',
    nodes.map(({ id, region, name, state, gpuModel, fabric, slots }) => ({
      id,
      region_id: region.id,
      name,
      // A machine that is held whole is claimed itself, too.
      state: allocations.some((of) => of.node?.id === id && of.slots.length === slots.length) ? 'CLAIMED' : state,
      gpu_model: gpuModel,
      fabric,
    })),
  ),
  tableRows(
    'owner',
    'compute.slots',
    nodes.flatMap((node) =>
      node.slots.map(({ id, position }) => ({
        id,
        node_id: node.id,
        position,
        gpu_count: 1,
        state: allocations.some(({ slots }) => slots.some((slot) => slot.id === id)) ? 'CLAIMED' : 'FREE',
      })),
    ),
  ),
]

export const computeRows = (now: Date): TableRows[] => {
  const hoursAgo = (hours: number) => new Date(now.getTime() - hours * HOUR)
  const placedAt = (of: DemoAllocation) => hoursAgo(of.placedHoursAgo)
  const releasedAt = (of: DemoAllocation) => (of.releasedHoursAgo === null ? null : hoursAgo(of.releasedHoursAgo))
  return [
    ...machineRows(),
    tableRows(
      'compute',
      'compute.allocations',
      allocations.map((of) => ({
        org_id: of.project.organization.id,
        project_id: of.project.id,
        id: of.id,
        name: of.name,
        sku_id: of.sku.id,
        node_id: of.node?.id ?? null,
        state: of.state,
        failure_reason: of.state === 'FAILED' ? 'PROVISIONING_REFUSED' : null,
        requested_at: placedAt(of),
        placed_at: of.node ? placedAt(of) : null,
        active_at: of.node ? placedAt(of) : null,
        releasing_at: releasedAt(of),
        released_at: releasedAt(of),
      })),
    ),
    tableRows(
      'compute',
      'compute.claims',
      allocations.flatMap((of) =>
        of.slots.map(({ id }) => ({
          org_id: of.project.organization.id,
          project_id: of.project.id,
          id: demoUuid(`clm ${of.id} ${id}`, placedAt(of)),
          allocation_id: of.id,
          slot_id: id,
          claimed_at: placedAt(of),
          released_at: null,
        })),
      ),
    ),
  ]
}
