import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { reader, type DataObject, type Read } from './data.ts'
import type { BuildRepresentation } from './representation.ts'

const readTypename = reader('__typename')

/** What a fetch asks with, and for which of the entities. */
export interface Distinct {
  readonly representations: DataObject[]
  /** Of each of the entities the number of its representation, or `NONE`; undefined where each has its own. */
  readonly numbers: readonly number[] | undefined
}

/** Something that is required of the entity was never fetched. */
export const NONE = -1

/**
 * Represents each of the entities, and those that are represented alike once; representations are numbered in the order of
 * their first entities. `readKey` reads the one field that they have beside their type's name; undefined where they have others.
 */
export const representDistinct = (
  entities: readonly DataObject[],
  represent: BuildRepresentation,
  readKey: Read | undefined,
): Distinct => {
  const numbering = new Numbering(represent, readKey)
  let numbers: number[] | undefined
  for (let place = 0; place < entities.length; place++) {
    const entity = entities[place]
    const number = entity === undefined ? NONE : numbering.numberOf(entity)
    if (number !== place) numbers ??= ownNumbers(place, entities.length)
    if (numbers) numbers[place] = number
  }
  return { representations: numbering.representations, numbers }
}

/** Of the first `count` each its own, in a list of as many as `length`. */
const ownNumbers = (count: number, length: number): number[] => {
  const numbers = new Array<number>(length)
  for (let place = 0; place < count; place++) numbers[place] = place
  return numbers
}

class Numbering {
  readonly representations: DataObject[] = []
  readonly #represent: BuildRepresentation
  readonly #isSole: boolean
  #readKey: Read | undefined
  /** The type of the first that was represented, and as what it was. */
  #entityType: unknown
  #typename: unknown
  /** Those represented as the first one's type, by one of their fields: its text is at hand, and its hash most often too. */
  readonly #byKey = new Map<string, number>()
  readonly #byIdentity = new Map<string, number>()
  /** Which of those listed by key are listed by identity too: another one has the same key. */
  readonly #identified = new Set<number>()

  constructor(represent: BuildRepresentation, readKey: Read | undefined) {
    this.#represent = represent
    this.#readKey = readKey
    this.#isSole = readKey !== undefined
  }

  /** The number of the entity's representation, which is listed now if none equal to it was; `NONE` where it has none. */
  numberOf(entity: DataObject): number {
    const known = this.#isSole ? this.#known(entity) : undefined
    if (known !== undefined) return known
    const representation = this.#represent(entity)
    if (representation === undefined) return NONE
    const typename = readTypename(representation)
    if (this.#typename === undefined) {
      this.#entityType = readTypename(entity)
      this.#typename = typename
      this.#readKey ??= textOf(representation)
    }
    const key = typename === this.#typename ? this.#readKey?.(representation) : undefined
    if (typeof key !== 'string') return this.#identify(representation)
    const present = this.#byKey.get(key)
    if (present === undefined) {
      this.#byKey.set(key, this.representations.length)
      return this.representations.push(representation) - 1
    }
    const other = this.representations[present]
    if (this.#isSole || other === undefined || isSame(representation, other)) return present
    if (!this.#identified.has(present)) {
      this.#identified.add(present)
      this.#byIdentity.set(identityOf(other), present)
    }
    return this.#identify(representation)
  }

  /** Of one type and with one sole key they are represented alike: nothing has to be built to know. */
  #known(entity: DataObject): number | undefined {
    if (this.#entityType === undefined || readTypename(entity) !== this.#entityType) return undefined
    const key = this.#readKey?.(entity)
    return typeof key === 'string' ? this.#byKey.get(key) : undefined
  }

  #identify(representation: DataObject): number {
    const identity = identityOf(representation)
    const present = this.#byIdentity.get(identity)
    if (present !== undefined) return present
    this.#byIdentity.set(identity, this.representations.length)
    return this.representations.push(representation) - 1
  }
}

/** Reads the first field of a representation that is a text, its type's name aside. */
const textOf = (representation: DataObject): Read | undefined => {
  const found = Object.entries(representation).find(
    ([name, value]) => name !== '__typename' && typeof value === 'string',
  )
  return found && reader(found[0])
}

/** Whether their fields are the same; lists and objects never are. */
const isSame = (one: DataObject, other: DataObject): boolean => {
  let more = 0
  for (const name in one) {
    if (one[name] !== other[name]) return false
    more++
  }
  for (const _ in other) more--
  return more === 0
}

/** Reads the one field that entities are represented by beside their type's name; undefined where there are others. */
export const soleKey = (requires: readonly QueryPlanSelectionNode[]): Read | undefined => {
  const names = new Set<string>()
  for (const selection of requires) {
    const fields = selection.kind === 'Field' ? [selection] : selection.selections
    for (const field of fields) {
      if (field.kind !== 'Field' || field.selections || field.alias !== undefined) return undefined
      if (field.name !== '__typename') names.add(field.name)
    }
  }
  const [only] = names
  return only !== undefined && names.size === 1 ? reader(only) : undefined
}

/** Equal where two representations are: names and values, texts with their length, so that none runs into the next. */
const identityOf = (representation: DataObject): string => {
  let identity = ''
  for (const [name, value] of Object.entries(representation)) {
    if (typeof value === 'string') identity += `${name} ${value.length}"${value}`
    else identity += `${name} ${typeof value === 'number' ? value : JSON.stringify(value)} `
  }
  return identity
}
