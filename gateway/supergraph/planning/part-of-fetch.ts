import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  Kind,
  print,
  visit,
  type DocumentNode,
  type FieldNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { documentOf } from './fetch-document.ts'

export interface FetchPart {
  /** Which of the entities' own fields belong to it. */
  readonly keeps: (field: FieldNode) => boolean
  readonly requires: QueryPlanSelectionNode[]
}

/** A fetch of entities that asks for a part of its fields, with the variables that these use. */
export const partOfFetch = (node: FetchNode, { keeps, requires }: FetchPart): FetchNode => {
  const reduced = (set: SelectionSetNode): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((selection): readonly SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return keeps(selection) ? [selection] : []
      if (selection.kind !== Kind.INLINE_FRAGMENT) return [selection]
      const selectionSet = reduced(selection.selectionSet)
      return selectionSet.selections.length === 0 ? [] : [{ ...selection, selectionSet }]
    }),
  })
  return withEntitySelections(node, reduced, requires)
}

/** What a document of a fetch of entities asks of them. */
export const entitySelections = ({ definitions }: DocumentNode): SelectionSetNode | undefined => {
  const operation = definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [entities] = operation?.selectionSet.selections ?? []
  return entities?.kind === Kind.FIELD ? entities.selectionSet : undefined
}

/** A fetch that asks something else of its entities, with the variables that this uses, and sends something else. */
export const withEntitySelections = (
  node: FetchNode,
  change: (set: SelectionSetNode) => SelectionSetNode,
  requires: readonly QueryPlanSelectionNode[],
): FetchNode => {
  const part = visit(documentOf(node), {
    Field: (field) =>
      field.name.value === '_entities' && field.selectionSet
        ? { ...field, selectionSet: change(field.selectionSet) }
        : false,
  })
  const used = variablesOf(part)
  const document = visit(part, {
    VariableDefinition: (definition) => (used.has(definition.variable.name.value) ? undefined : null),
  })
  return {
    ...node,
    operation: print(document),
    operationDocumentNode: document,
    variableUsages: node.variableUsages?.filter((name) => used.has(name)) ?? [],
    requires: [...requires],
  }
}

const variablesOf = (document: DocumentNode): ReadonlySet<string> => {
  const used = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    Variable: (variable) => void used.add(variable.name.value),
  })
  return used
}
