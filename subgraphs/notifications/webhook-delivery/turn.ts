import type { Uuid } from '../../../platform/ids/id.ts'

/** An endpoint as whoever sends to it must know it. */
export interface Held {
  readonly url: string
  readonly isEnabled: boolean
  readonly lastSequence: bigint
  readonly position: bigint
  readonly attempts: number
  readonly nextAttemptAt: Date | null
  readonly failingSince: Date | null
  readonly claimId: Uuid | null
  readonly claimedUntil: Date | null
}

/** Whether something is to be sent now, at another time, or not at all. */
export type Turn = { readonly kind: 'NOW' } | { readonly kind: 'LATER'; readonly at: Date } | { readonly kind: 'IDLE' }

/** To how many endpoints of one organization something is sent at once: the others of the process are for others. */
export const MAX_LIVE_CLAIMS = 4
const BUSY_PAUSE_MS = 1_000

/** Whose turn it is. One that somebody sends to already has to wait until that one is done, or must have died. */
export const turnOf = (held: Held, now: Date): Turn => {
  const { isEnabled, position, lastSequence, nextAttemptAt, claimedUntil } = held
  if (!isEnabled || position >= lastSequence) return { kind: 'IDLE' }
  if (claimedUntil !== null && claimedUntil > now) return { kind: 'LATER', at: claimedUntil }
  if (nextAttemptAt !== null && nextAttemptAt > now) return { kind: 'LATER', at: nextAttemptAt }
  return { kind: 'NOW' }
}

/** When an organization that has enough in flight may look again. */
export const afterOthers = (now: Date): Turn => ({ kind: 'LATER', at: new Date(now.getTime() + BUSY_PAUSE_MS) })
