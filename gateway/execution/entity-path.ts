import type { Decisions } from '../preflight/decisions.ts'
import type { PathGuard } from '../preflight/path-guard.ts'
import type { Place } from '../preflight/place.ts'
import { reader, type DataObject, type Read, type ResponsePath } from './data.ts'

/** Where a plan's flatten node points: names of fields, lists on the way entered at every index. */
export interface EntityPath {
  readonly keys: readonly string[]
  /** Every object at the path, in the order of the answer; nulls, and what is denied, end the way. */
  readonly collect: (root: DataObject, decisions: Decisions) => DataObject[]
  /** The objects so many fields above what `collect` returns, one for each, in the same order. */
  readonly above: (fields: number, root: DataObject, decisions: Decisions) => DataObject[]
  /** The concrete paths of what `collect` returns, in the same order. Walked anew: needed for errors only. */
  readonly locate: (root: DataObject, decisions: Decisions) => ResponsePath[]
}

export const entityPath = (keys: readonly string[], guard?: PathGuard): EntityPath => {
  const segments = [...keys, undefined].map((key): Segment => ({
    key,
    read: key === undefined ? undefined : reader(key),
  }))
  const reads = keys.map(reader)
  return {
    keys,
    collect: (root, decisions) => {
      const found: DataObject[] = []
      if (guard) walk({ segments, guard, decisions, found }, root, 0, guard.root)
      else gather(reads, 0, root, found)
      return found
    },
    above: (fields, root, decisions) => {
      const found: DataObject[] = []
      look({ segments, guard, decisions, found }, keys.length - fields, root, 0, guard?.root, undefined)
      return found
    },
    locate: (root, decisions) => {
      const found: ResponsePath[] = []
      trace({ segments, guard, decisions, found }, root, 0, guard?.root, [])
      return found
    },
  }
}

/** One step of the way; at its end neither is there. */
interface Segment {
  readonly key: string | undefined
  readonly read: Read | undefined
}

interface Way<Found> {
  readonly segments: readonly Segment[]
  readonly guard: PathGuard | undefined
  readonly decisions: Decisions
  readonly found: Found[]
}

const BARRED = Symbol('the way ends here')

/** The place that the next step leads to; undefined where nothing is decided. */
const next = (
  { guard, decisions }: Way<unknown>,
  place: Place | undefined,
  key: string | undefined,
  object: DataObject,
): Place | undefined | typeof BARRED => {
  const at = place && guard?.at(place, object)
  if (!guard || !at) return undefined
  if (guard.bars(at, key, object, decisions)) return BARRED
  return key === undefined ? undefined : at.fields.get(key)?.child
}

/** As `walk`, where nothing is decided. */
const gather = (reads: readonly Read[], depth: number, value: unknown, found: DataObject[]): void => {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) gather(reads, depth, item, found)
    return
  }
  const object = value as DataObject // neither null nor a list: checked above
  const read = reads[depth]
  if (read) gather(reads, depth + 1, read(object), found)
  else found.push(object)
}

const walk = (way: Way<DataObject>, value: unknown, depth: number, place: Place | undefined): void => {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) walk(way, item, depth, place)
    return
  }
  const object = value as DataObject // neither null nor a list: checked above
  const { key, read } = way.segments[depth] ?? {}
  const below = next(way, place, key, object)
  if (below === BARRED) return
  if (read) walk(way, read(object), depth + 1, below)
  else way.found.push(object)
}

/** As `walk`, and finds what it passed at the depth `level` on its way to each. */
const look = (
  way: Way<DataObject>,
  level: number,
  value: unknown,
  depth: number,
  place: Place | undefined,
  passed: DataObject | undefined,
): void => {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) look(way, level, item, depth, place, passed)
    return
  }
  const object = value as DataObject // neither null nor a list: checked above
  const { key, read } = way.segments[depth] ?? {}
  const below = next(way, place, key, object)
  if (below === BARRED) return
  const above = depth === level ? object : passed
  if (read) look(way, level, read(object), depth + 1, below, above)
  else if (above) way.found.push(above)
}

const trace = (
  way: Way<ResponsePath>,
  value: unknown,
  depth: number,
  place: Place | undefined,
  path: ResponsePath,
): void => {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    value.forEach((item: unknown, index) => trace(way, item, depth, place, [...path, index]))
    return
  }
  const object = value as DataObject // neither null nor a list: checked above
  const { key, read } = way.segments[depth] ?? {}
  const below = next(way, place, key, object)
  if (below === BARRED) return
  if (read && key !== undefined) trace(way, read(object), depth + 1, below, [...path, key])
  else way.found.push(path)
}
