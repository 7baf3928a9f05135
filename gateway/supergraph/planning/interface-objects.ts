import type { FetchNode } from '@apollo/query-planner'
import { Kind, print, visit, type SelectionNode } from 'graphql'
import { documentOf } from './fetch-document.ts'
import { argumentOf, graphOf, type Types } from './join-directives.ts'

/** Whether a subgraph, by its value of `join__Graph`, knows an interface as one object. */
export type IsInterfaceObject = (graph: string, type: string) => boolean

export const interfaceObjectsIn = (types: Types): IsInterfaceObject => {
  const found = new Set(
    [...types].flatMap(([type, { directives = [] }]) =>
      directives.flatMap((join) => {
        const flag = argumentOf(join, 'isInterfaceObject')
        return flag?.kind === Kind.BOOLEAN && flag.value ? [`${graphOf(join)} ${type}`] : []
      }),
    ),
  )
  return (graph, type) => found.has(`${graph} ${type}`)
}

/**
 * A fetch of entities that does not ask for the type names of those that its subgraph knows as one object: the planner (2.14)
 * may, and would be told that of the interface, over that of the object. None where it asks for nothing else.
 */
export const withoutTypeNames = (node: FetchNode, isObject: (type: string) => boolean): readonly FetchNode[] => {
  if (!node.requires) return [node]
  const dropped: SelectionNode[] = []
  const left: SelectionNode[] = []
  const kept = (selection: SelectionNode): readonly SelectionNode[] => {
    const type = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition?.name.value : undefined
    if (selection.kind !== Kind.INLINE_FRAGMENT || type === undefined || !isObject(type)) return [selection]
    const selections = selection.selectionSet.selections.filter((one) => !isTypeName(one))
    dropped.push(...selection.selectionSet.selections.filter(isTypeName))
    return selections.length === 0 ? [] : [{ ...selection, selectionSet: { ...selection.selectionSet, selections } }]
  }
  const document = visit(documentOf(node), {
    Field: (field) => {
      if (field.name.value !== '_entities' || !field.selectionSet) return false
      const selections = field.selectionSet.selections.flatMap(kept)
      left.push(...selections)
      return { ...field, selectionSet: { ...field.selectionSet, selections } }
    },
  })
  if (dropped.length === 0) return [node]
  return left.length === 0 ? [] : [{ ...node, operation: print(document), operationDocumentNode: document }]
}

const isTypeName = (selection: SelectionNode): boolean =>
  selection.kind === Kind.FIELD && selection.name.value === '__typename' && !selection.alias
