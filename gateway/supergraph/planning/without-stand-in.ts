import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { print, visit } from 'graphql'
import { documentOf } from './fetch-document.ts'

/** A fetch that neither asks for the field that stands for contexts nor sends it; none where it asked for nothing else. */
export const withoutStandIn = (node: FetchNode, standIn: string): readonly FetchNode[] => {
  const requires = node.requires?.flatMap((selection) => without(selection, standIn))
  const sent = { ...node, ...(requires && { requires }) }
  let [isAsked, isLeft] = [false, false]
  const document = visit(documentOf(node), {
    Field: {
      enter: ({ name }) => {
        if (name.value !== standIn) return undefined
        isAsked = true
        return null
      },
      leave: ({ name, selectionSet }) => {
        isLeft ||= !selectionSet && name.value !== '__typename'
      },
    },
    InlineFragment: { leave: ({ selectionSet }) => (selectionSet.selections.length === 0 ? null : undefined) },
  })
  if (!isAsked) return [sent]
  return isLeft ? [{ ...sent, operation: print(document), operationDocumentNode: document }] : []
}

const without = (selection: QueryPlanSelectionNode, name: string): QueryPlanSelectionNode[] => {
  if (selection.kind === 'Field' && selection.name === name) return []
  if (!selection.selections) return [selection]
  return [{ ...selection, selections: selection.selections.flatMap((nested) => without(nested, name)) }]
}
