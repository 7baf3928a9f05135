import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { reader, type DataObject, type Read } from './data.ts'

const readTypename = reader('__typename')

/** Collects the distinct ones of what a fetch represents. Each has its place in the list as its number. */
export class DistinctRepresentations {
  readonly list: DataObject[] = []
  readonly #isSole: boolean
  #readKey: Read | undefined
  #typename: unknown
  /** Of the first one's type, by one of their fields: its text is at hand, and its hash most often too. */
  readonly #byKey = new Map<string, number>()
  readonly #byIdentity = new Map<string, number>()
  /** Which of those listed by key are listed by identity too: another one has the same key. */
  readonly #identified = new Set<number>()

  /** `readKey` reads the one field that they have beside their type's name; undefined where they have others. */
  constructor(readKey: Read | undefined) {
    this.#readKey = readKey
    this.#isSole = readKey !== undefined
  }

  /** The number of the representation, which is listed now if none equal to it was. */
  numberOf(representation: DataObject): number {
    const typename = readTypename(representation)
    if (this.#typename === undefined) {
      this.#typename = typename
      this.#readKey ??= textOf(representation)
    }
    const key = typename === this.#typename ? this.#readKey?.(representation) : undefined
    if (typeof key !== 'string') return this.#identify(representation)
    const present = this.#byKey.get(key)
    if (present === undefined) {
      this.#byKey.set(key, this.list.length)
      return this.list.push(representation) - 1
    }
    const known = this.list[present]
    if (this.#isSole || known === undefined || isSame(representation, known)) return present
    if (!this.#identified.has(present)) {
      this.#identified.add(present)
      this.#byIdentity.set(identityOf(known), present)
    }
    return this.#identify(representation)
  }

  #identify(representation: DataObject): number {
    const identity = identityOf(representation)
    const present = this.#byIdentity.get(identity)
    if (present !== undefined) return present
    this.#byIdentity.set(identity, this.list.length)
    return this.list.push(representation) - 1
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

/** Reads the one field that representations have beside their type's name; undefined where they have others. */
export const soleKey = (requires: readonly QueryPlanSelectionNode[]): Read | undefined => {
  const names = new Set<string>()
  for (const selection of requires) {
    const fields = selection.kind === 'Field' ? [selection] : selection.selections
    for (const field of fields) {
      if (field.kind !== 'Field' || field.selections) return undefined
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
