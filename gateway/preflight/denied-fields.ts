import type { ResponsePath } from '../execution/data.ts'
import type { Guarding } from './guarding.ts'
import { denyingField, denyingObject, type Denying, type FieldPlace, type ObjectPlace } from './place.ts'

/** A field that is denied whatever is fetched. */
export interface DeniedField {
  /** Ends at the first list: nothing was fetched that would have indices. */
  readonly path: ResponsePath
  readonly rootKey: string
  readonly denying: Denying
}

/** An answer says no more than this many times why nothing ran. */
const MAX_NAMED = 50

/** The root fields that are denied. */
export const deniedRootFields = ({ root, isDenied }: Guarding): readonly DeniedField[] =>
  [...root.fields.values()].flatMap((place) => {
    const denying = denyingField(place, isDenied)
    return denying.length > 0 ? [{ path: [place.key], rootKey: place.key, denying }] : []
  })

/**
 * What of an operation is denied before anything is fetched, the selections of its results included. What a fragment
 * asks of some types alone counts where every type that has the field is denied.
 */
export const deniedFields = ({ root, isDenied }: Guarding): readonly DeniedField[] => {
  const denied: DeniedField[] = []
  const known = new Map<readonly ObjectPlace[], boolean>()

  const ofFields = (objects: readonly ObjectPlace[]): ReadonlyMap<string, readonly SelectedField[]> => {
    const fields = objects.flatMap((object) => {
      const inherited = denyingObject(object, isDenied)
      return [...object.fields.values()].map((place) => ({
        place,
        denying: inherited.length > 0 ? inherited : denyingField(place, isDenied),
      }))
    })
    return Map.groupBy(fields, ({ place }) => place.key)
  }

  const isFreeOf = (objects: readonly ObjectPlace[]): boolean => {
    const present = known.get(objects)
    if (present !== undefined) return present
    const isFree = [...ofFields(objects).values()].every(
      (fields) => !isDeniedForAll(fields) && below(fields).every(isFreeOf),
    )
    known.set(objects, isFree)
    return isFree
  }

  const visit = (objects: readonly ObjectPlace[], path: ResponsePath, isBelowList: boolean): void => {
    for (const [key, fields] of ofFields(objects)) {
      if (denied.length >= MAX_NAMED) return
      const at = isBelowList ? path : [...path, key]
      const rootKey = path.length === 0 ? key : String(path[0])
      if (isDeniedForAll(fields)) {
        denied.push({ path: at, rootKey, denying: fields.flatMap(({ denying }) => denying) })
        continue
      }
      const isInList = isBelowList || fields.some(({ place }) => place.isList)
      for (const next of below(fields)) if (!isFreeOf(next)) visit(next, at, isInList)
    }
  }

  visit([root], [], false)
  return denied
}

interface SelectedField {
  readonly place: FieldPlace
  readonly denying: Denying
}

const isDeniedForAll = (fields: readonly SelectedField[]): boolean => fields.every(({ denying }) => denying.length > 0)

const objectsOf = new WeakMap<object, readonly ObjectPlace[]>()

/** The places below, each as the one list that it is known by. */
const below = (fields: readonly SelectedField[]): readonly (readonly ObjectPlace[])[] =>
  fields.flatMap(({ place: { child }, denying }) => {
    if (!child || denying.length > 0) return []
    const known = objectsOf.get(child) ?? [...child.types.values()]
    objectsOf.set(child, known)
    return [known]
  })
