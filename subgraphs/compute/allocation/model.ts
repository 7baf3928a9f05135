import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { Uuid, Id } from '../../../platform/ids/id.ts'
import { err, ok, unreachable, type Result } from '../../../platform/result/result.ts'
import type { Brand } from '../../../platform/ids/brand.ts'
import type { Region, Sku } from '../catalogue/model.ts'

export type AllocationId = Id<'alc'>
export type AllocationName = Brand<string, 'AllocationName'>

/** What an allocation is from its first moment to its last. */
interface Asked {
  readonly id: AllocationId
  readonly name: AllocationName
  readonly sku: Sku
  readonly requestedAt: Date
}

/** Slots of a machine are claimed for it. The money clock runs from `placedAt`. */
interface Located {
  readonly nodeId: Uuid
  readonly region: Region
  readonly placedAt: Date
}

/** Undefined when it was given back before it became usable. */
interface Used {
  readonly activeAt: Date | undefined
}

/** The money clock stopped at `releasingAt`: cleaning is at nobody's cost. */
interface GivenBack {
  readonly releasingAt: Date
}

export type Requested = Asked & { readonly state: 'REQUESTED' }
export type Placed = Asked & Located & { readonly state: 'PLACED' }
export type Provisioning = Asked & Located & { readonly state: 'PROVISIONING' }
export type Active = Asked & Located & { readonly state: 'ACTIVE'; readonly activeAt: Date }
export type Releasing = Asked & Located & Used & GivenBack & { readonly state: 'RELEASING' }
export type Cleaning = Asked & Located & Used & GivenBack & { readonly state: 'CLEANING' }
export type Released = Asked & Located & Used & GivenBack & { readonly state: 'RELEASED'; readonly releasedAt: Date }
export type Failed = Asked & Partial<Located> & { readonly state: 'FAILED'; readonly failureReason: FailureReason }

export type Allocation = Requested | Placed | Provisioning | Active | Releasing | Cleaning | Released | Failed

export const ALLOCATION_STATES = [
  'REQUESTED',
  'PLACED',
  'PROVISIONING',
  'ACTIVE',
  'RELEASING',
  'CLEANING',
  'RELEASED',
  'FAILED',
] as const satisfies readonly Allocation['state'][]
export type AllocationState = (typeof ALLOCATION_STATES)[number]

/** A page of those in some states; undefined: in any. */
export interface AllocationPage extends IdPage {
  readonly states: readonly AllocationState[] | undefined
}

/** Why an allocation never became usable. */
export const FAILURE_REASONS = ['PROVISIONING_REFUSED', 'PROVISIONING_TIMED_OUT', 'HARDWARE_FAULT'] as const
export type FailureReason = (typeof FAILURE_REASONS)[number]

/** Where placement put an allocation. */
export interface Placement {
  readonly nodeId: Uuid
  readonly region: Region
}

/** 2 to 63 characters, lower-case letters, digits and inner hyphens: fit for a host name. */
export const parseAllocationName = (text: string): Result<AllocationName, 'NAME_INVALID'> =>
  /^[a-z0-9](?:[a-z0-9-]{0,61})[a-z0-9]$/.test(text)
    ? ok(text as AllocationName /* just matched */)
    : err('NAME_INVALID')

export const place = (requested: Requested, { nodeId, region }: Placement, at: Date): Placed => ({
  ...requested,
  state: 'PLACED',
  nodeId,
  region,
  placedAt: at,
})

export const startProvisioning = (placed: Placed): Provisioning => ({ ...placed, state: 'PROVISIONING' })

export const activate = (provisioning: Provisioning, at: Date): Active => ({
  ...provisioning,
  state: 'ACTIVE',
  activeAt: at,
})

export const fail = (allocation: Requested | Placed | Provisioning, failureReason: FailureReason): Failed => ({
  ...allocation,
  state: 'FAILED',
  failureReason,
})

/** Gives back what the allocation holds. Once is enough: whoever comes second is told so. */
export const requestRelease = (
  allocation: Allocation,
  at: Date,
): Result<Releasing, 'ALREADY_RELEASED' | 'NOT_PLACED'> => {
  switch (allocation.state) {
    case 'REQUESTED':
      return err('NOT_PLACED')
    case 'PLACED':
    case 'PROVISIONING':
      return ok({ ...allocation, state: 'RELEASING', activeAt: undefined, releasingAt: at })
    case 'ACTIVE':
      return ok({ ...allocation, state: 'RELEASING', releasingAt: at })
    case 'RELEASING':
    case 'CLEANING':
    case 'RELEASED':
    case 'FAILED':
      return err('ALREADY_RELEASED')
    default:
      return unreachable(allocation)
  }
}

export const startCleaning = (releasing: Releasing): Cleaning => ({ ...releasing, state: 'CLEANING' })

export const finishRelease = (cleaning: Cleaning, at: Date): Released => ({
  ...cleaning,
  state: 'RELEASED',
  releasedAt: at,
})

/** How many GPUs are claimed for it: a slot is somebody else's to claim only after its cleaning (R32). */
export const gpusHeld = ({ state, sku }: Allocation): number =>
  ['PLACED', 'PROVISIONING', 'ACTIVE', 'RELEASING', 'CLEANING'].includes(state) ? sku.gpuCount : 0
