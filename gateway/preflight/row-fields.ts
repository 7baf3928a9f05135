import type { FieldNode, GraphQLObjectType } from 'graphql'
import { reader, type Read } from '../execution/data.ts'
import type { AddedField } from './place.ts'

/** How the scope-carrying fields of the objects at one place are read. */
export interface RowFields {
  /** Undefined where clients, and so the gateway, cannot ask for the field. */
  readonly reader: (field: string) => Read | undefined
  /** What had to be added to the client's own selection. */
  readonly added: readonly AddedField[]
}

/** Reads a field under the name by which the client selected it; else adds it, under a name that the client left free. */
export const rowFields = (type: GraphQLObjectType, selected: ReadonlyMap<string, readonly FieldNode[]>): RowFields => {
  const added: AddedField[] = []
  const readers = new Map<string, Read | undefined>()

  const keyOf = (name: string): string => {
    for (const [key, [node]] of selected) if (node?.name.value === name && !node.arguments?.length) return key
    let key = name
    while (selected.has(key)) key = `${key}_`
    added.push({ key, name })
    return key
  }

  return {
    added,
    reader: (name) => {
      if (readers.has(name)) return readers.get(name)
      const read = Object.hasOwn(type.getFields(), name) ? reader(keyOf(name)) : undefined
      readers.set(name, read)
      return read
    },
  }
}
