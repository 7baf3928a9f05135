import type { FetchNode } from '@apollo/query-planner'
import { Kind, type DirectiveNode, type FieldNode, type SelectionSetNode } from 'graphql'
import { documentOf } from './fetch-document.ts'
import { entitySelections } from './part-of-fetch.ts'

/** A field that a fetch asks of its entities. */
export interface EntityField {
  readonly field: FieldNode
  readonly type: string
  /** The variables' directives that it stands under, as text; empty where it is always there. */
  readonly condition: string
}

export const entityFields = (node: FetchNode): readonly EntityField[] => {
  const found: EntityField[] = []
  const collect = ({ selections }: SelectionSetNode, type: string, condition: string): void => {
    for (const selection of selections) {
      const under = condition + conditionOf(selection.directives ?? [])
      if (selection.kind === Kind.FIELD) found.push({ field: selection, type, condition: under })
      if (selection.kind === Kind.INLINE_FRAGMENT)
        collect(selection.selectionSet, selection.typeCondition?.name.value ?? type, under)
    }
  }
  const asked = entitySelections(documentOf(node))
  if (asked) collect(asked, '', '')
  return found
}

const conditionOf = (directives: readonly DirectiveNode[]): string =>
  directives
    .map(({ name, arguments: [given] = [] }) =>
      given?.value.kind === Kind.VARIABLE ? `@${name.value} ${given.value.name.value} ` : '',
    )
    .join('')
