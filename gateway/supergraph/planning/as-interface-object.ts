import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { Kind, print, type SelectionNode, type SelectionSetNode } from 'graphql'
import { documentOf } from './fetch-document.ts'
import { entitySelections, withEntitySelections } from './part-of-fetch.ts'
import type { StandingObjects } from './standing-objects.ts'

/**
 * A fetch of objects that stand for an interface, as one of the object that their subgraph knows. Objects of which different
 * fields are asked are fetches of their own: as that one object each would be asked for all of them.
 */
export const asInterfaceObject = (node: FetchNode, standing: StandingObjects | undefined): readonly FetchNode[] => {
  const asked = standing && node.requires && entitySelections(documentOf(node))
  if (!asked) return [node]
  const parts = [...standing.objects].flatMap((object) => {
    const set = askedOf(asked, object, standing)
    return set.selections.length === 0 ? [] : [{ object, set, text: print(set) }]
  })
  return [...Map.groupBy(parts, ({ text }) => text).values()].flatMap(([part, ...others]) => {
    if (!part) return []
    const objects = [part, ...others].map(({ object }) => object)
    const requires = (node.requires ?? []).flatMap((selection) => sentOf(selection, objects, standing))
    const fetch = withEntitySelections(node, () => part.set, requires)
    const path = [`... on ${standing.type}`, '__typename']
    return [
      {
        ...fetch,
        inputRewrites: [
          ...(node.inputRewrites ?? []),
          { kind: 'ValueSetter' as const, path, setValueTo: standing.type },
        ],
      },
    ]
  })
}

/** What is asked of one of the objects, asked of their interface. */
const askedOf = (set: SelectionSetNode, object: string, standing: StandingObjects): SelectionSetNode => ({
  ...set,
  selections: set.selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind !== Kind.INLINE_FRAGMENT) return [selection]
    const { typeCondition } = selection
    const type = typeCondition?.name.value
    if (type !== undefined && type !== object && standing.objects.has(type)) return []
    const selectionSet = askedOf(selection.selectionSet, object, standing)
    if (selectionSet.selections.length === 0) return []
    if (!typeCondition) return [{ ...selection, selectionSet }]
    const name = { kind: Kind.NAME as const, value: standing.type }
    return [{ ...selection, typeCondition: { ...typeCondition, name }, selectionSet }]
  }),
})

/** What is sent of some of the objects alone. */
const sentOf = (
  selection: QueryPlanSelectionNode,
  objects: readonly string[],
  standing: StandingObjects,
): readonly QueryPlanSelectionNode[] => {
  if (selection.kind !== 'InlineFragment') return [selection]
  const { typeCondition } = selection
  if (typeCondition !== undefined && standing.objects.has(typeCondition))
    return objects.includes(typeCondition) ? [selection] : []
  return objects.map((object) => ({ ...selection, typeCondition: object }))
}
