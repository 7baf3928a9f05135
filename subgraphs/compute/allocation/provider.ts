import type { Uuid } from '../../../platform/ids/id.ts'
import { ok, type Result } from '../../../platform/result/result.ts'
import type { Shape } from '../catalogue/model.ts'
import type { FailureReason } from './model.ts'

/** What the machines are asked to do; told by the allocation's id, so that asking twice is asking once. */
export interface ProviderOrder {
  readonly allocationId: Uuid
  readonly nodeId: Uuid
  readonly shape: Shape
  readonly gpuCount: number
}

/** The machines, as provisioning sees them. Both calls are idempotent by allocation, and thrown faults are tried again. */
export interface Provider {
  /** Resolves when the allocation is usable, or never will be, and why: then nothing of it is left on its machine. */
  readonly prepare: (order: ProviderOrder) => Promise<Result<void, FailureReason>>
  /** Resolves when nothing of the allocation is left on its machine; of one that was never prepared, at once. */
  readonly wipe: (order: ProviderOrder) => Promise<void>
}

/** What the simulated machines do instead of succeeding at once. */
export interface SimulatedBehaviour {
  readonly prepare?: Provider['prepare']
  readonly wipe?: Provider['wipe']
}

/** Machines that are not there: everything succeeds at once, unless told. */
export const simulatedProvider = (told: SimulatedBehaviour = {}): Provider => ({
  prepare: told.prepare ?? (() => Promise.resolve(ok(undefined))),
  wipe: told.wipe ?? (() => Promise.resolve()),
})
