import type { Id } from '../../../platform/ids/id.ts'
import type { Fabric, Region } from '../catalogue/model.ts'

export type NodeId = Id<'nod'>

/** Where a machine is in its life; what each means stands in schema.graphql. */
export const NODE_STATES = ['ENROLLING', 'READY', 'CLAIMED', 'CLEANING', 'QUARANTINED', 'DECOMMISSIONED'] as const
export type NodeState = (typeof NODE_STATES)[number]

export type SlotState = 'FREE' | 'CLAIMED'

export interface Slot {
  readonly position: number
  readonly gpuCount: number
  readonly state: SlotState
}

/** A machine of the platform. */
export interface ComputeNode {
  readonly id: NodeId
  readonly name: string
  readonly region: Region
  readonly state: NodeState
  readonly gpuModel: string
  readonly fabric: Fabric
  readonly slots: readonly Slot[]
}

export interface NodeFilter {
  readonly regionCode: string | undefined
  readonly states: readonly NodeState[] | undefined
}
