import { fieldSetOf, graphOf, type TypeDefinition } from './join-directives.ts'
import { Kind, type SelectionSetNode } from 'graphql'

/** What the subgraphs need of an entity to answer its fields: names, those of nested objects behind theirs (`size.height`). */
export interface Requirements {
  /** Of one field, beyond the key. */
  readonly needs: (graph: string, type: string, field: string) => ReadonlySet<string>
  /** Of every key of the type, in whichever subgraph. */
  readonly keys: (type: string) => ReadonlySet<string>
  readonly isEmpty: boolean
}

const NONE: ReadonlySet<string> = new Set()

export const requirementsOf = (types: readonly TypeDefinition[]): Requirements => {
  const needs = new Map<string, ReadonlySet<string>>()
  const keys = new Map<string, ReadonlySet<string>>()
  for (const { name: type, directives = [], fields = [] } of types) {
    keys.set(type.value, new Set(directives.flatMap((join) => leavesIn(fieldSetOf(join, 'key')))))
    for (const { name: field, directives: joins = [] } of fields)
      for (const join of joins) {
        const leaves = leavesIn(fieldSetOf(join, 'requires'))
        if (leaves.length > 0) needs.set(`${graphOf(join)} ${type.value}.${field.value}`, new Set(leaves))
      }
  }
  return {
    needs: (graph, type, field) => needs.get(`${graph} ${type}.${field}`) ?? NONE,
    keys: (type) => keys.get(type) ?? NONE,
    isEmpty: needs.size === 0,
  }
}

const leavesIn = (set: SelectionSetNode | undefined): readonly string[] =>
  (set?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return []
    const leaves = leavesIn(selection.selectionSet)
    if (selection.kind === Kind.INLINE_FRAGMENT) return leaves
    const { value } = selection.name
    return selection.selectionSet ? leaves.map((leaf) => `${value}.${leaf}`) : [value]
  })
