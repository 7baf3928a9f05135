import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { reader, type DataObject, type Read } from './data.ts'

const readTypename = reader('__typename')

/** Collects the distinct ones of what a fetch represents. Each has its place in the list as its number. */
export class DistinctRepresentations {
  readonly list: DataObject[] = []
  readonly #readKey: Read | undefined
  #typename: unknown
  /** Of the first one's type, by their only key: its text is at hand, and its hash most often too. */
  readonly #byKey = new Map<string, number>()
  readonly #byIdentity = new Map<string, number>()

  constructor(readKey: Read | undefined) {
    this.#readKey = readKey
  }

  /** The number of the representation, which is listed now if none equal to it was. */
  numberOf(representation: DataObject): number {
    const typename = readTypename(representation)
    this.#typename ??= typename
    const key = typename === this.#typename ? this.#readKey?.(representation) : undefined
    return typeof key === 'string'
      ? this.#known(this.#byKey, key, representation)
      : this.#known(this.#byIdentity, identityOf(representation), representation)
  }

  #known(numbers: Map<string, number>, key: string, representation: DataObject): number {
    const present = numbers.get(key)
    if (present !== undefined) return present
    const number = this.list.length
    numbers.set(key, number)
    this.list.push(representation)
    return number
  }
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
