import { createHash } from 'node:crypto'
import { isUuid, type Uuid } from '../ids/id.ts'

/** The chain of what belongs to no organization: the nil UUID (RFC 9562 section 5.9). */
export const PLATFORM_CHAIN: Uuid = nilUuid()

/** A row as the service or the recorder of denials wrote it, in the one shape that is sealed. Every value is a text. */
export interface SourceRow {
  /** Whose chain: an organization's id, or `PLATFORM_CHAIN`. */
  readonly chain: Uuid
  readonly id: Uuid
  /** The schema whose `audit_log` holds the row, or `denials`. */
  readonly source: string
  /** RFC 3339 in UTC, with milliseconds. */
  readonly occurredAt: string
  readonly action: string
  readonly target: string
  readonly result: string
  /** Why it was denied; null for what succeeded. */
  readonly code: string | null
  /** How many times, in decimal digits: more than once for a fold of denials. */
  readonly count: string
  readonly actorKind: string
  readonly actorId: string
  readonly projectId: string | null
  readonly correlationId: string
  /** A JSON object as PostgreSQL writes it; hashed as it stands, byte for byte. */
  readonly details: string
}

/** A row at its place in the chain. */
export interface SealedEntry extends SourceRow {
  /** From 1, without gaps. */
  readonly sequence: number
  readonly sealedAt: string
  /** Of the entry before it, in lower-case hexadecimal; `GENESIS` for the first. */
  readonly previousHash: string
  readonly hash: string
}

/** What the first entry of every chain follows. */
export const GENESIS = '0'.repeat(64)

/** Names the encoding below; another encoding will have another name. */
const FORMAT = 'gpuaas-audit-1'

/** The members of a row, in the order in which two of them are compared. */
export const SOURCE_MEMBERS = [
  'chain',
  'id',
  'source',
  'occurredAt',
  'action',
  'target',
  'result',
  'code',
  'count',
  'actorKind',
  'actorId',
  'projectId',
  'correlationId',
  'details',
] as const satisfies readonly (keyof SourceRow)[]

/**
 * What is hashed: every member but the hash itself, and the name of the format, as JSON of RFC 8785 (members sorted, no
 * space). All values but the sequence are texts or null, so that no rule about numbers is needed.
 */
export const canonicalText = (entry: Omit<SealedEntry, 'hash'>): string => {
  const { sequence, sealedAt, previousHash } = entry
  const members: Readonly<Record<string, string | number | null>> = {
    ...Object.fromEntries(SOURCE_MEMBERS.map((name) => [name, entry[name]])),
    format: FORMAT,
    sequence,
    sealedAt,
    previousHash,
  }
  return JSON.stringify(Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

/** SHA-256 over the UTF-8 of the canonical text, in lower-case hexadecimal. */
export const hashOf = (entry: Omit<SealedEntry, 'hash'>): string =>
  createHash('sha256').update(canonicalText(entry), 'utf8').digest('hex')

/** Where a chain stands. */
export interface Head {
  readonly sequence: number
  readonly hash: string
}

export const EMPTY_CHAIN: Head = { sequence: 0, hash: GENESIS }

/** Puts a row after the head of its chain. */
export const seal = (row: SourceRow, head: Head, sealedAt: Date): SealedEntry => {
  const open = {
    ...row,
    sequence: head.sequence + 1,
    sealedAt: sealedAt.toISOString(),
    previousHash: head.hash,
  }
  return { ...open, hash: hashOf(open) }
}

function nilUuid(): Uuid {
  const nil = '00000000-0000-0000-0000-000000000000'
  if (!isUuid(nil)) throw new Error('the nil UUID is one')
  return nil
}
