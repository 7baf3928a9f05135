import type { FetchNode } from '@apollo/query-planner'
import { Kind, type SelectionNode, type SelectionSetNode } from 'graphql'
import { documentOf } from './fetch-document.ts'
import { argumentOf, graphOf, type Types } from './join-directives.ts'
import { entitySelections, withEntitySelections } from './part-of-fetch.ts'

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
  const asked = node.requires && entitySelections(documentOf(node))
  if (!asked) return [node]
  const left = askedWithout(asked, undefined, isObject)
  if (left === asked) return [node]
  return left.selections.length === 0 ? [] : [withEntitySelections(node, () => left, node.requires ?? [])]
}

/** Of objects of a type, undefined where that is not known; the same set where nothing is dropped of it. */
const askedWithout = (
  set: SelectionSetNode,
  type: string | undefined,
  isObject: (type: string) => boolean,
): SelectionSetNode => {
  const selections = set.selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind !== Kind.INLINE_FRAGMENT)
      return isTypeName(selection) && type !== undefined && isObject(type) ? [] : [selection]
    const inner = askedWithout(selection.selectionSet, selection.typeCondition?.name.value ?? type, isObject)
    if (inner === selection.selectionSet) return [selection]
    return inner.selections.length === 0 ? [] : [{ ...selection, selectionSet: inner }]
  })
  const isSame =
    selections.length === set.selections.length && selections.every((one, at) => one === set.selections[at])
  return isSame ? set : { ...set, selections }
}

const isTypeName = (selection: SelectionNode): boolean =>
  selection.kind === Kind.FIELD && selection.name.value === '__typename' && !selection.alias
