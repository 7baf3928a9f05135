import { verifyCheckpoint } from './checkpoint.ts'
import { hashOf, SOURCE_MEMBERS, type Head, type SealedEntry, type SourceRow } from './entry.ts'
import type { KeySet } from '../crypto/key-set.ts'

/** Why an entry is the first that cannot be as it was sealed. */
export type BreakReason =
  /** The entry of this sequence is not there, and later ones are. */
  | 'ENTRY_MISSING'
  /** It does not follow the entry before it. */
  | 'LINK_BROKEN'
  /** Its content is not what was hashed. */
  | 'CONTENT_CHANGED'
  /** The row that it was sealed from is gone. */
  | 'SOURCE_MISSING'
  /** The row that it was sealed from says something else. */
  | 'SOURCE_CHANGED'
  /** A signed checkpoint says another hash: this entry, or one since the checkpoint before, was made anew. */
  | 'CHECKPOINT_CONTRADICTS'
  /** The checkpoint at this entry is not one that the sealer signed. */
  | 'CHECKPOINT_FORGED'
  /** The chain ends before this sequence, and a checkpoint or a row that was to be sealed says that it went on. */
  | 'TAIL_MISSING'

export interface Break {
  readonly sequence: number
  readonly reason: BreakReason
}

export interface StoredCheckpoint {
  readonly sequence: number
  /** RFC 3339 in UTC. */
  readonly signedAt: string
  readonly token: string
}

/** Entries in their order, with what they are held against. */
export interface ChainPage {
  readonly entries: readonly SealedEntry[]
  readonly sources: ReadonlyMap<string, SourceRow>
  /** Those at the sequences of this page. */
  readonly checkpoints: readonly StoredCheckpoint[]
}

/** What has been verified so far. */
export interface Verified {
  readonly head: Head
  /** When the entry at the head was sealed, RFC 3339; undefined before the first. */
  readonly sealedAt: string | undefined
  /** The last checkpoint whose signature and hash hold; where no keys are known, the last one that is there. */
  readonly checkpoint: (StoredCheckpoint & { readonly hash: string }) | undefined
}

export type PageVerdict = { readonly verified: Verified; readonly broken: Break | undefined }

const sameSource = (entry: SealedEntry, source: SourceRow): boolean =>
  SOURCE_MEMBERS.every((name) => entry[name] === source[name])

/** What is wrong with one entry by itself, where it should follow `head`. */
const faultOf = (entry: SealedEntry, head: Head, source: SourceRow | undefined): Break | undefined => {
  const sequence = head.sequence + 1
  if (entry.sequence !== sequence) return { sequence, reason: 'ENTRY_MISSING' }
  if (entry.previousHash !== head.hash) return { sequence, reason: 'LINK_BROKEN' }
  if (entry.hash !== hashOf(entry)) return { sequence, reason: 'CONTENT_CHANGED' }
  if (source === undefined) return { sequence, reason: 'SOURCE_MISSING' }
  return sameSource(entry, source) ? undefined : { sequence, reason: 'SOURCE_CHANGED' }
}

/** Holds an entry against its checkpoint. Without keys a signature proves nothing, and is not read. */
const checkpointFault = async (
  { chain, sequence, hash }: SealedEntry,
  { token }: StoredCheckpoint,
  keys: KeySet | undefined,
): Promise<Break | undefined> => {
  if (keys === undefined) return undefined
  const signed = await verifyCheckpoint(token, keys)
  if (!signed.ok || signed.value.chain !== chain || signed.value.sequence !== sequence) {
    return { sequence, reason: 'CHECKPOINT_FORGED' }
  }
  return signed.value.hash === hash ? undefined : { sequence, reason: 'CHECKPOINT_CONTRADICTS' }
}

/**
 * Goes on verifying from where it stands, entry by entry, and stops at the first that is broken. Pure but for the keys,
 * which may have to be fetched.
 */
export const verifyPage = async (
  from: Verified,
  { entries, sources, checkpoints }: ChainPage,
  keys: KeySet | undefined,
): Promise<PageVerdict> => {
  const checkpointAt = new Map(checkpoints.map((checkpoint) => [checkpoint.sequence, checkpoint]))
  let verified = from
  for (const entry of entries) {
    const checkpoint = checkpointAt.get(entry.sequence)
    const broken =
      faultOf(entry, verified.head, sources.get(entry.id)) ??
      (checkpoint === undefined ? undefined : await checkpointFault(entry, checkpoint, keys))
    if (broken !== undefined) return { verified, broken }
    const { sequence, hash, sealedAt } = entry
    const held = checkpoint === undefined ? verified.checkpoint : { ...checkpoint, hash }
    verified = { head: { sequence, hash }, sealedAt, checkpoint: held }
  }
  return { verified, broken: undefined }
}

/** What the end of the chain is held against, all read at one moment. */
export interface TailWitnesses {
  /** The greatest sequence that an entry has; 0 without one. */
  readonly lastEntry: number
  /** The greatest sequence that a stored checkpoint names; 0 without one. */
  readonly lastCheckpoint: number
  /** More than 0 where rows are in no chain and wait for none. */
  readonly neverSealed: number
}

/** `GREW`: entries were sealed since the last page was read; the verdict on the end waits until they are verified. */
export type TailVerdict = 'COMPLETE' | 'GREW' | Break

/** Whether the chain ended where it should. */
export const verifyTail = (
  { head }: Verified,
  { lastEntry, lastCheckpoint, neverSealed }: TailWitnesses,
): TailVerdict => {
  if (lastEntry > head.sequence) return 'GREW'
  if (lastCheckpoint <= head.sequence && neverSealed === 0) return 'COMPLETE'
  return { sequence: head.sequence + 1, reason: 'TAIL_MISSING' }
}
