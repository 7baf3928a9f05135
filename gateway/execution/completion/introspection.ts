import {
  executeSync,
  Kind,
  visit,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql'
import type { DataObject } from '../data.ts'
import type { Fragments } from '../../../platform/graphql/execution/collect-fields.ts'
import type { Variables } from '../run.ts'

/** Answers `__schema` and `__type` of an operation as its client sent it; undefined where it asks for neither. */
export const compileIntrospection = (
  schema: GraphQLSchema,
  { operation, fragments }: { readonly operation: OperationDefinitionNode; readonly fragments: Fragments },
): ((variables: Variables) => DataObject) | undefined => {
  const selections = introspectionOf(operation.selectionSet.selections, fragments)
  if (selections.length === 0) return undefined
  const used = new Set<string>()
  const note = { Variable: ({ name }: { name: { value: string } }): void => void used.add(name.value) }
  for (const selection of selections) visit(selection, note)
  for (const fragment of fragments.values()) visit(fragment, note)
  const definition: OperationDefinitionNode = {
    ...operation,
    directives: [],
    variableDefinitions: (operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value)),
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  }
  const document = { kind: Kind.DOCUMENT as const, definitions: [definition, ...fragments.values()] }
  return (variables) => {
    const { data } = executeSync({ schema, document, variableValues: variables })
    return data ?? {}
  }
}

const isIntrospection = ({ name }: FieldNode): boolean => name.value === '__schema' || name.value === '__type'

/** The introspection fields of the root, kept inside the fragments and conditions that they stand in. */
const introspectionOf = (selections: readonly SelectionNode[], fragments: Fragments): SelectionNode[] =>
  selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return isIntrospection(selection) ? [selection] : []
    const { typeCondition, selectionSet } =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : (fragments.get(selection.name.value) ?? {})
    const nested = introspectionOf(selectionSet?.selections ?? [], fragments)
    if (nested.length === 0) return []
    return [
      {
        kind: Kind.INLINE_FRAGMENT,
        ...(typeCondition && { typeCondition }),
        directives: selection.directives ?? [],
        selectionSet: { kind: Kind.SELECTION_SET, selections: nested },
      },
    ]
  })
