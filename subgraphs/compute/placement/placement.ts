import type { Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { lostRace, type Contention, type Demand, type PlacementRefusal, type Spot } from './model.ts'
import type { PlacementRepository } from './repository.ts'

/**
 * First past everything that others are claiming, so that concurrent placements spread instead of queueing; then once
 * more, waiting for them: only what is still missing then is a lack of capacity.
 */
const PASSES: readonly Contention[] = ['SKIP', 'WAIT']

/**
 * Finds and locks what the demand needs, within the transaction of `machines`: the node first, its slots after it,
 * always in this order, so that no two placements ever wait for each other. Claims nothing yet.
 */
export const findSpot = (machines: PlacementRepository, demand: Demand): Promise<Result<Spot, PlacementRefusal>> =>
  demand.sku.shape === 'BARE_METAL' ? wholeMachine(machines, demand) : slice(machines, demand)

const wholeMachine = async (machines: PlacementRepository, demand: Demand): Promise<Result<Spot, PlacementRefusal>> => {
  for (const contention of PASSES) {
    const node = await machines.lockWholeNode(demand, contention)
    if (node === undefined) continue
    // The node is ours now. Looked at again: a slice may have been claimed between the search and the lock.
    const slots = await machines.lockSlots(node.nodeId)
    return slots.every(({ isFree }) => isFree) ? ok({ ...node, slotIds: slots.map(({ id }) => id) }) : err(lostRace())
  }
  return err('INSUFFICIENT_CAPACITY')
}

const slice = async (machines: PlacementRepository, demand: Demand): Promise<Result<Spot, PlacementRefusal>> => {
  for (const contention of PASSES) {
    const full: Uuid[] = []
    let node = await machines.shareNode(demand, contention, full)
    while (node !== undefined) {
      const slotId = await machines.lockFreeSlot(node.nodeId, demand, contention)
      if (slotId !== undefined) return ok({ ...node, slotIds: [slotId] })
      full.push(node.nodeId)
      node = await machines.shareNode(demand, contention, full)
    }
  }
  return err('INSUFFICIENT_CAPACITY')
}
