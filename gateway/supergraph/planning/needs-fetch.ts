import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type DocumentNode,
  type GraphQLDirective,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/** Whether a document of one operation asks for anything that only a subgraph can answer. */
export const needsFetch = ({ definitions }: DocumentNode): boolean => {
  const fragments = new Map(
    definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
  )
  const asks = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (isLeftOut(selection)) return false
      switch (selection.kind) {
        case Kind.FIELD:
          return !selection.name.value.startsWith('__')
        case Kind.INLINE_FRAGMENT:
          return asks(selection.selectionSet)
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(selection.name.value)
          return fragment !== undefined && asks(fragment.selectionSet)
        }
      }
    })
  return definitions.some((node) => node.kind === Kind.OPERATION_DEFINITION && asks(node.selectionSet))
}

/** Whatever the variables are: the planner leaves it out, too. */
const isLeftOut = (selection: SelectionNode): boolean => {
  const literal = (directive: GraphQLDirective): unknown => {
    const given = selection.directives?.find(({ name }) => name.value === directive.name)
    const value = given?.arguments?.find(({ name }) => name.value === 'if')?.value
    return value?.kind === Kind.BOOLEAN ? value.value : undefined
  }
  return literal(GraphQLSkipDirective) === true || literal(GraphQLIncludeDirective) === false
}
