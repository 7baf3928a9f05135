import type { Uuid } from '../../../platform/ids/id.ts'
import type { Region, Sku } from '../catalogue/model.ts'

/** What is to be placed. */
export interface Demand {
  readonly sku: Sku
  /** Anywhere, unless given. */
  readonly regionId: Uuid | undefined
  /** Slots that an earlier attempt found to be held although they are marked free. */
  readonly avoidedSlots: readonly Uuid[]
}

/** A machine that may serve a demand. */
export interface Candidate {
  readonly nodeId: Uuid
  readonly region: Region
}

/** What a demand gets: slots of one machine, locked until the transaction ends. */
export interface Spot extends Candidate {
  readonly slotIds: readonly Uuid[]
}

/** A slot as it was when it was locked. */
export interface LockedSlot {
  readonly id: Uuid
  readonly isFree: boolean
}

/** Why nothing was placed. `LOST_RACE`: somebody was faster, and another attempt may find another machine. */
export type PlacementRefusal = 'INSUFFICIENT_CAPACITY' | LostRace

export interface LostRace {
  readonly kind: 'LOST_RACE'
  /** Held although marked free; empty when the race was an ordinary one. */
  readonly heldSlots: readonly Uuid[]
}

export const lostRace = (heldSlots: readonly Uuid[] = []): LostRace => ({ kind: 'LOST_RACE', heldSlots })

/** What to do about a machine that another transaction is claiming: pass it over, or wait for the outcome. */
export type Contention = 'SKIP' | 'WAIT'
