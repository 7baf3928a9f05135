import type { FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner'
import { Kind, print, visit, type DocumentNode } from 'graphql'
import { documentOf } from './fetch-document.ts'
import { mapFetches } from './map-fetches.ts'
import type { RequiredFields } from './required-fields.ts'
import { splitByCondition } from './split-by-condition.ts'
import { splitByRequirement } from './split-by-requirement.ts'

/**
 * Turns a plan over `planningSdl` into one over the subgraphs as they are: a field that is required with arguments is
 * asked for under its own name, answered under the planner's, and sent on under its own.
 */
export const restorePlan = (plan: QueryPlan, required: RequiredFields): QueryPlan =>
  mapFetches(plan, {
    split: (node) =>
      required.hasNoRequirements
        ? [node]
        : splitByCondition(node, required).flatMap((part) => splitByRequirement(part, required)),
    fetch: (node) => (required.hasNoRequirements ? node : restoreFetch(node, required)),
  })

const restoreFetch = (node: FetchNode, required: RequiredFields): FetchNode => {
  const document = documentOf(node)
  const restored = restoreDocument(document, required)
  const requires = node.requires?.map((selection) => restoreSelection(selection, required))
  return {
    ...node,
    ...(restored !== document && { operation: print(restored), operationDocumentNode: restored }),
    ...(requires && { requires }),
  }
}

const restoreDocument = (document: DocumentNode, { byName }: RequiredFields): DocumentNode =>
  visit(document, {
    Field: (field) => {
      const original = byName.get(field.name.value)
      if (!original) return undefined
      const alias = field.alias ?? { kind: Kind.NAME, value: field.name.value }
      return {
        ...field,
        alias,
        name: { kind: Kind.NAME, value: original.name },
        arguments: [...original.arguments, ...(field.arguments ?? [])],
      }
    },
  })

/** Read under the alias, sent under the name. */
const restoreSelection = (selection: QueryPlanSelectionNode, required: RequiredFields): QueryPlanSelectionNode => {
  const selections = selection.selections?.map((nested) => restoreSelection(nested, required))
  if (selection.kind === 'InlineFragment') return { ...selection, selections: selections ?? [] }
  const original = required.byName.get(selection.name)
  return {
    ...selection,
    ...(original && { alias: selection.alias ?? selection.name, name: original.name }),
    ...(selections && { selections }),
  }
}
