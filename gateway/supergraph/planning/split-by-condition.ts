import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { Kind, type DirectiveNode, type FieldNode, type SelectionNode, type SelectionSetNode } from 'graphql'
import { documentOf } from './fetch-document.ts'
import { partOfFetch } from './part-of-fetch.ts'
import type { RequiredFields } from './required-fields.ts'

/**
 * A field that is left out by a variable leaves out the fetching of what it alone requires. In one fetch with other
 * fields it would leave their representation incomplete, and them null: it gets a fetch of its own.
 */
export const splitByCondition = (node: FetchNode, required: RequiredFields): readonly FetchNode[] => {
  if (!node.requires || required.hasNoRequirements) return [node]
  const fields = entityFields(documentOf(node), node.serviceName, required)
  const conditional = fields.filter(({ needs, condition }) => needs.size > 0 && condition !== '')
  const conditions = new Set(conditional.map(({ condition }) => condition))
  if (conditional.length === 0 || (conditional.length === fields.length && conditions.size === 1)) return [node]
  const others = fields.filter((field) => !conditional.includes(field))
  const groups = [others, ...[...conditions].map((one) => conditional.filter(({ condition }) => condition === one))]
  return groups
    .filter((group) => group.length > 0)
    .map((group) => {
      const needed = new Set(group.flatMap(({ needs }) => [...needs]))
      const kept = new Set<SelectionNode>(group.map(({ field }) => field))
      const isUnneeded = (name: string, type: string): boolean =>
        !needed.has(name) && !required.keys(type).has(name) && fields.some(({ needs }) => needs.has(name))
      return partOfFetch(node, {
        keeps: (field) => kept.has(field),
        requires: (node.requires ?? []).flatMap((selection) => without(selection, '', isUnneeded)),
      })
    })
}

interface EntityField {
  readonly field: FieldNode
  readonly needs: ReadonlySet<string>
  /** The variables' directives that it stands under, as text; empty where it is always there. */
  readonly condition: string
}

const entityFields = (
  document: ReturnType<typeof documentOf>,
  subgraph: string,
  required: RequiredFields,
): readonly EntityField[] => {
  const found: EntityField[] = []
  const collect = ({ selections }: SelectionSetNode, type: string, condition: string): void => {
    for (const selection of selections) {
      const under = condition + conditionOf(selection.directives ?? [])
      if (selection.kind === Kind.FIELD)
        found.push({ field: selection, needs: required.needs(subgraph, type, selection.name.value), condition: under })
      if (selection.kind === Kind.INLINE_FRAGMENT)
        collect(selection.selectionSet, selection.typeCondition?.name.value ?? type, under)
    }
  }
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const [entities] = definition.selectionSet.selections
    if (entities?.kind === Kind.FIELD && entities.selectionSet) collect(entities.selectionSet, '', '')
  }
  return found
}

const conditionOf = (directives: readonly DirectiveNode[]): string =>
  directives
    .map(({ name, arguments: [given] = [] }) =>
      given?.value.kind === Kind.VARIABLE ? `@${name.value} ${given.value.name.value} ` : '',
    )
    .join('')

/** What is required, less what `isUnneeded` says of the entity's own fields. */
const without = (
  selection: QueryPlanSelectionNode,
  type: string,
  isUnneeded: (name: string, type: string) => boolean,
): QueryPlanSelectionNode[] => {
  if (selection.kind === 'Field') return isUnneeded(selection.name, type) ? [] : [selection]
  const inner = selection.typeCondition ?? type
  const selections = selection.selections.flatMap((nested) => without(nested, inner, isUnneeded))
  return selections.length === 0 ? [] : [{ ...selection, selections }]
}
