import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  visit,
  type DocumentNode,
  type GraphQLDirective,
  type SelectionNode,
} from 'graphql'
import { TYPENAME } from './keep-objects.ts'

/**
 * Takes out what is left out whatever the variables are. The planner (2.14) plans it, and what it requires with it: that
 * is never fetched, and the representations that ask for it are incomplete.
 */
export const leaveOut = (document: DocumentNode): DocumentNode =>
  visit(document, {
    SelectionSet: (set) => {
      const selections = set.selections.filter((selection) => !isLeftOut(selection))
      if (selections.length === set.selections.length) return undefined
      return { ...set, selections: selections.length === 0 ? [TYPENAME] : selections }
    },
  })

/** Whatever the variables are. */
const isLeftOut = (selection: SelectionNode): boolean => {
  const literal = (directive: GraphQLDirective): unknown => {
    const given = selection.directives?.find(({ name }) => name.value === directive.name)
    const value = given?.arguments?.find(({ name }) => name.value === 'if')?.value
    return value?.kind === Kind.BOOLEAN ? value.value : undefined
  }
  return literal(GraphQLSkipDirective) === true || literal(GraphQLIncludeDirective) === false
}
