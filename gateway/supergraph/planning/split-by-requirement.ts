import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  Kind,
  print,
  visit,
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  type SelectionNode,
} from 'graphql'
import type { RequiredFields } from './required-fields.ts'
import { documentOf } from './fetch-document.ts'

/**
 * One fetch of entities can send a required field with one set of arguments alone. Where two of its fields require it
 * with different ones, each gets a fetch of its own.
 */
export const splitByRequirement = (node: FetchNode, required: RequiredFields): readonly FetchNode[] => {
  const sent = new Set((node.requires ?? []).flatMap((selection) => requiredIn(selection, required)))
  if (!clash(sent, required)) return [node]
  const document = documentOf(node)
  const groups: Set<string>[] = []
  const groupOf = new Map<SelectionNode, Set<string>>()
  for (const { type, selection } of entityFields(document)) {
    const needs = needsOf(selection, type, node.serviceName, required)
    let group = groups.find((candidate) => !clash(candidate.union(needs), required))
    if (!group) groups.push((group = new Set()))
    for (const name of needs) group.add(name)
    groupOf.set(selection, group)
  }
  return groups.map((group) => part(node, document, (selection) => groupOf.get(selection) === group, group, required))
}

/** Whether two of them stand for one field. */
const clash = (names: ReadonlySet<string>, { byName }: RequiredFields): boolean => {
  const originals = [...names].map((name) => byName.get(name)?.name)
  return new Set(originals).size < originals.length
}

const requiredIn = (selection: QueryPlanSelectionNode, required: RequiredFields): string[] => [
  ...(selection.kind === 'Field' && required.byName.has(selection.name) ? [selection.name] : []),
  ...(selection.selections ?? []).flatMap((nested) => requiredIn(nested, required)),
]

interface EntityField {
  readonly type: string
  readonly selection: SelectionNode
}

/** What is asked of the entities, one selection at a time. */
const entityFields = (document: DocumentNode): readonly EntityField[] => {
  const found: EntityField[] = []
  visit(document, {
    Field: (field: FieldNode) => {
      if (field.name.value !== '_entities') return false
      for (const fragment of field.selectionSet?.selections ?? [])
        if (fragment.kind === Kind.INLINE_FRAGMENT) found.push(...fieldsOf(fragment))
      return false
    },
  })
  return found
}

const fieldsOf = ({ typeCondition, selectionSet }: InlineFragmentNode): readonly EntityField[] =>
  selectionSet.selections.map((selection) => ({ type: typeCondition?.name.value ?? '', selection }))

const needsOf = (
  selection: SelectionNode,
  type: string,
  subgraph: string,
  required: RequiredFields,
): ReadonlySet<string> => {
  switch (selection.kind) {
    case Kind.FIELD:
      return required.of(subgraph, type, selection.name.value)
    case Kind.INLINE_FRAGMENT: {
      const inner = selection.typeCondition?.name.value ?? type
      return new Set(
        selection.selectionSet.selections.flatMap((nested) => [...needsOf(nested, inner, subgraph, required)]),
      )
    }
    case Kind.FRAGMENT_SPREAD:
      return new Set()
  }
}

const part = (
  node: FetchNode,
  whole: DocumentNode,
  isOfPart: (selection: SelectionNode) => boolean,
  group: ReadonlySet<string>,
  required: RequiredFields,
): FetchNode => {
  const fields = new Set<SelectionNode>(entityFields(whole).map(({ selection }) => selection))
  const leave = (selection: SelectionNode) => (fields.has(selection) && !isOfPart(selection) ? null : undefined)
  const document = withoutUnused(visit(whole, { Field: leave, InlineFragment: { enter: leave, leave: withoutEmpty } }))
  const used = variablesOf(document)
  return {
    ...node,
    operation: print(document),
    operationDocumentNode: document,
    variableUsages: node.variableUsages?.filter((name) => used.has(name)) ?? [],
    requires: (node.requires ?? []).flatMap((selection) => reduced(selection, group, required)),
  }
}

const withoutEmpty = (fragment: InlineFragmentNode) =>
  fragment.selectionSet.selections.length === 0 ? null : undefined

const variablesOf = (document: DocumentNode): ReadonlySet<string> => {
  const used = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    Variable: (variable) => void used.add(variable.name.value),
  })
  return used
}

const withoutUnused = (document: DocumentNode): DocumentNode => {
  const used = variablesOf(document)
  return visit(document, {
    VariableDefinition: (definition) => (used.has(definition.variable.name.value) ? undefined : null),
  })
}

/** The requirement without what other parts need; what holds nothing any more is left out. */
const reduced = (
  selection: QueryPlanSelectionNode,
  group: ReadonlySet<string>,
  required: RequiredFields,
): QueryPlanSelectionNode[] => {
  if (selection.kind === 'Field' && required.byName.has(selection.name) && !group.has(selection.name)) return []
  if (!selection.selections) return [selection]
  const selections = selection.selections.flatMap((nested) => reduced(nested, group, required))
  return selections.length === 0 ? [] : [{ ...selection, selections }]
}
