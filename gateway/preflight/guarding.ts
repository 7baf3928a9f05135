import { isObjectType } from 'graphql'
import { denyingField, denyingObject, type FieldPlace, type IsDenied, type ObjectPlace, type Place } from './place.ts'

/** What an operation is compiled for: its places, and which of its requirements are denied. */
export interface Guarding {
  readonly root: ObjectPlace
  readonly isDenied: IsDenied
  /** False where nothing is denied yet, and only objects are left to decide. */
  readonly isDenying: boolean
  /** Whether more or less is fetched for a place than the client selected. */
  readonly changes: Changes
}

export interface Changes {
  readonly object: (object: ObjectPlace) => boolean
  readonly field: (field: FieldPlace) => boolean
  readonly place: (place: Place) => boolean
}

export const EVERYTHING = 'everything'

/** `denied`: the numbers of the denied requirements, or everything that is guarded at all. */
export const guardingOf = (root: ObjectPlace, denied: ReadonlySet<number> | typeof EVERYTHING): Guarding => {
  const isDenied: IsDenied = denied === EVERYTHING ? () => true : (requirement) => denied.has(requirement)
  const isDenying = denied === EVERYTHING || denied.size > 0
  return { root, isDenied, isDenying, changes: changesOf(isDenied) }
}

/** Every place is looked at once, however many lead to it. */
const changesOf = (isDenied: IsDenied): Changes => {
  const known = new Map<Place, boolean>()

  const field = (of: FieldPlace): boolean =>
    denyingField(of, isDenied).length > 0 || (of.child !== undefined && place(of.child))

  const object = ({ fields, added }: ObjectPlace): boolean => added.length > 0 || [...fields.values()].some(field)

  /** Objects of several types have to be told apart to be decided. */
  const isMixed = ({ declared }: Place, objects: readonly ObjectPlace[]): boolean =>
    !isObjectType(declared) &&
    objects.some(({ rows, fields }) => rows.length > 0 || [...fields.values()].some((of) => of.rows.length > 0))

  const place = (of: Place): boolean => {
    const present = known.get(of)
    if (present !== undefined) return present
    const objects = [...of.types.values()]
    const isChanged =
      isMixed(of, objects) || objects.some((one) => denyingObject(one, isDenied).length > 0 || object(one))
    known.set(of, isChanged)
    return isChanged
  }

  return { object, field, place }
}
