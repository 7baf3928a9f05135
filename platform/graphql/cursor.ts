import { createHash } from 'node:crypto'
import { err, ok, type Result } from '../result/result.ts'

/** Which list a cursor belongs to, in which order, through which filter. One for another list is refused. */
export interface ListIdentity {
  /** The coordinate: `Project.buckets`. */
  readonly list: string
  /** The order, ending in a unique part: `createdAt desc, id desc`. */
  readonly sort: string
  /** How many parts the key of that order has. */
  readonly keyParts: number
  /** The filter as the client sent it; undefined where there is none. */
  readonly filter?: unknown
}

/** The values of a row that the order compares, as text: where a page goes on, whatever was added or removed since. */
export type CursorKey = readonly string[]

const FINGERPRINT_LENGTH = 8

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .filter(([, held]) => held !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, held]): unknown => [name, canonical(held)])
}

const fingerprint = ({ list, sort, filter }: ListIdentity): string =>
  createHash('sha256')
    .update(JSON.stringify([list, sort, canonical(filter ?? null)]))
    .digest('base64url')
    .slice(0, FINGERPRINT_LENGTH)

/** Opaque to clients. It holds a position and no permission: the list it continues is scoped like any other read. */
export const writeCursor = (identity: ListIdentity, key: CursorKey): string =>
  Buffer.from(JSON.stringify([fingerprint(identity), ...key])).toString('base64url')

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const readCursor = (identity: ListIdentity, cursor: string): Result<CursorKey, 'INVALID_CURSOR'> => {
  const parts = parseJson(Buffer.from(cursor, 'base64url').toString())
  if (!Array.isArray(parts) || parts.length !== identity.keyParts + 1) return err('INVALID_CURSOR')
  const texts = parts.filter((part) => typeof part === 'string')
  const [print, ...key] = texts
  return texts.length === parts.length && print === fingerprint(identity) ? ok(key) : err('INVALID_CURSOR')
}
