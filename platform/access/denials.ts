import type { DenialCode } from './decide.ts'
import type { Principal } from './principal.ts'
import type { ScopeKey } from './scope-key.ts'

/** A refused use of an audited field: what audit keeps of it, beside who asked and when (R80). */
export interface Denial {
  /** The field that was asked for: `Mutation.releaseAllocation`. */
  readonly coordinate: string
  /** What `@audited` calls it: `compute.allocation.release`. */
  readonly action: string
  readonly code: DenialCode | 'INVALID_ID'
  readonly principal: Principal
  /**
   * The scope that was asked for, as far as the id tells. It says where the attempt was aimed, and proves nothing: a
   * forged id names any scope.
   */
  readonly scope: {
    readonly organizationId?: ScopeKey | undefined
    readonly projectId?: ScopeKey | undefined
  }
}

/**
 * Told by the layer that denies, once for each denied field of a request: preflight for what it decides, the subgraph
 * for what reaches it.
 */
export interface DenialRecorder {
  /** Never throws and never waits: a denial is not held up by its record. */
  readonly record: (denial: Denial) => void
}
