import { reader, type DataObject, type Read, type ResponsePath } from './data.ts'

/** Where a plan's flatten node points: names of fields, lists on the way entered at every index. */
export interface EntityPath {
  readonly keys: readonly string[]
  /** Every object at the path, in the order of the answer; nulls on the way end the way. */
  readonly collect: (root: DataObject) => DataObject[]
  /** The concrete paths of what `collect` returns, in the same order. Walked anew: needed for errors only. */
  readonly locate: (root: DataObject) => ResponsePath[]
}

export const entityPath = (path: readonly (string | number)[]): EntityPath => {
  const keys = path.filter((element): element is string => typeof element === 'string' && element !== '@')
  const readers = keys.map(reader)
  return {
    keys,
    collect: (root) => {
      const found: DataObject[] = []
      walk(root, readers, 0, found)
      return found
    },
    locate: (root) => {
      const found: ResponsePath[] = []
      trace(root, keys, readers, 0, [], found)
      return found
    },
  }
}

const walk = (value: unknown, readers: readonly Read[], depth: number, found: DataObject[]): void => {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) walk(item, readers, depth, found)
    return
  }
  const object = value as DataObject // neither null nor a list: checked above
  const read = readers[depth]
  if (read) walk(read(object), readers, depth + 1, found)
  else found.push(object)
}

const trace = (
  value: unknown,
  keys: readonly string[],
  readers: readonly Read[],
  depth: number,
  path: ResponsePath,
  found: ResponsePath[],
): void => {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    value.forEach((item: unknown, index) => trace(item, keys, readers, depth, [...path, index], found))
    return
  }
  const object = value as DataObject // neither null nor a list: checked above
  const read = readers[depth]
  const key = keys[depth]
  if (read && key !== undefined) trace(read(object), keys, readers, depth + 1, [...path, key], found)
  else found.push(path)
}
