import type { FetchNode } from '@apollo/query-planner'
import { Kind, print, visit, type SelectionNode } from 'graphql'
import { documentOf } from './fetch-document.ts'
import { argumentOf, graphOf, type Types } from './join-directives.ts'

export interface InterfaceObjects {
  /** Whether a subgraph, by its value of `join__Graph`, knows an interface as one object. */
  readonly has: (graph: string, type: string) => boolean
  /** Whether any does. */
  readonly isAny: (type: string) => boolean
  readonly isEmpty: boolean
}

export const interfaceObjectsIn = (types: Types): InterfaceObjects => {
  const found = new Set(
    [...types].flatMap(([type, { directives = [] }]) =>
      directives.flatMap((join) => {
        const flag = argumentOf(join, 'isInterfaceObject')
        return flag?.kind === Kind.BOOLEAN && flag.value ? [`${graphOf(join)} ${type}`] : []
      }),
    ),
  )
  const interfaces = new Set([...found].map((one) => one.slice(one.indexOf(' ') + 1)))
  return {
    has: (graph, type) => found.has(`${graph} ${type}`),
    isAny: (type) => interfaces.has(type),
    isEmpty: found.size === 0,
  }
}

/**
 * A fetch of entities that does not ask for the type names of those that its subgraph knows as one object: the planner (2.14)
 * may, and would be told that of the interface, over that of the object. None where it asks for nothing else.
 */
export const withoutTypeNames = (node: FetchNode, isObject: (type: string) => boolean): readonly FetchNode[] => {
  if (!node.requires) return [node]
  const dropped: SelectionNode[] = []
  const left: SelectionNode[] = []
  /** Of objects of that type; undefined where that is not known. */
  const kept = (selection: SelectionNode, type: string | undefined): readonly SelectionNode[] => {
    if (selection.kind !== Kind.INLINE_FRAGMENT) {
      const isDropped = isTypeName(selection) && type !== undefined && isObject(type)
      if (isDropped) dropped.push(selection)
      return isDropped ? [] : [selection]
    }
    const of = selection.typeCondition?.name.value ?? type
    const selections = selection.selectionSet.selections.flatMap((one) => kept(one, of))
    return selections.length === 0 ? [] : [{ ...selection, selectionSet: { ...selection.selectionSet, selections } }]
  }
  const document = visit(documentOf(node), {
    Field: (field) => {
      if (field.name.value !== '_entities' || !field.selectionSet) return false
      const selections = field.selectionSet.selections.flatMap((one) => kept(one, undefined))
      left.push(...selections)
      return { ...field, selectionSet: { ...field.selectionSet, selections } }
    },
  })
  if (dropped.length === 0) return [node]
  return left.length === 0 ? [] : [{ ...node, operation: print(document), operationDocumentNode: document }]
}

const isTypeName = (selection: SelectionNode): boolean =>
  selection.kind === Kind.FIELD && selection.name.value === '__typename' && !selection.alias
