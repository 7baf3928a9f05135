import { reader, type DataObject } from '../execution/data.ts'
import { denyingRow, type Decisions } from './decisions.ts'
import type { Guarding } from './guarding.ts'
import type { ObjectPlace, Place } from './place.ts'

/** Decides, on the way from the root to the objects of a fetch, what the way leads through. */
export interface PathGuard {
  readonly root: Place
  /** What an object is at its place; undefined where the client selected nothing of its type there. */
  readonly at: (place: Place, object: DataObject) => ObjectPlace | undefined
  /** True where an object is denied, or all that is wanted of it: one field on the way, at its end what is fetched. */
  readonly bars: (at: ObjectPlace, key: string | undefined, object: DataObject, decisions: Decisions) => boolean
}

const readTypename = reader('__typename')

/** Undefined where nothing on the path is left to decide. `wanted` are the fields that the fetch brings. */
export const pathGuard = (
  { root }: Guarding,
  keys: readonly string[],
  wanted: readonly string[],
): PathGuard | undefined => {
  if (!hasRows([root], keys, wanted)) return undefined
  return {
    root: { declared: root.type, selectionSets: [], types: new Map([[root.type.name, root]]) },
    at: ({ types }, object) => {
      const typename = readTypename(object)
      if (typeof typename === 'string') return types.get(typename)
      const [only] = types.values()
      return types.size === 1 ? only : undefined
    },
    bars: (at, key, object, decisions) =>
      denyingRow(at.rows, object, decisions) !== undefined ||
      (key === undefined
        ? wanted.length > 0 && wanted.every((name) => isFieldDenied(at, name, object, decisions))
        : isFieldDenied(at, key, object, decisions)),
  }
}

const isFieldDenied = ({ fields }: ObjectPlace, key: string, object: DataObject, decisions: Decisions): boolean =>
  denyingRow(fields.get(key)?.rows ?? [], object, decisions) !== undefined

const hasRows = (
  objects: readonly ObjectPlace[],
  [key, ...below]: readonly string[],
  wanted: readonly string[],
): boolean => {
  const names = key === undefined ? wanted : [key]
  const isDecidedHere = objects.some(
    ({ rows, fields }) => rows.length > 0 || names.some((name) => (fields.get(name)?.rows.length ?? 0) > 0),
  )
  if (isDecidedHere || key === undefined) return isDecidedHere
  const next = objects.flatMap(({ fields }) => [...(fields.get(key)?.child?.types.values() ?? [])])
  return next.length > 0 && hasRows([...new Set(next)], below, wanted)
}
