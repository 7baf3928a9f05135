import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql'
import type { Fragments } from '../execution/merge-shape.ts'
import type { Guards } from './guards.ts'

/** Whether a selection asks for something that is guarded whatever type it meets. */
export const selectsGuarded = (
  { schema, guards, fragments }: { schema: GraphQLSchema; guards: Guards; fragments: Fragments },
  set: SelectionSetNode,
  type: GraphQLCompositeType,
): boolean => {
  const visited = new Set<string>()
  const isGuarded = (parent: GraphQLCompositeType, field: string): boolean => {
    if (isObjectType(parent)) return guards.field(parent.name, field)
    const possible = isAbstractType(parent) ? schema.getPossibleTypes(parent) : []
    return possible.length > 0 && possible.every(({ name }) => guards.field(name, field))
  }
  const visit = ({ selections }: SelectionSetNode, parent: GraphQLCompositeType): boolean =>
    selections.some((selection) => {
      if (selection.kind === Kind.FIELD) {
        const field = selection.name.value
        if (isGuarded(parent, field)) return true
        const definition = 'getFields' in parent ? parent.getFields()[field] : undefined
        const returned = definition && getNamedType(definition.type)
        return (
          selection.selectionSet !== undefined && isCompositeType(returned) && visit(selection.selectionSet, returned)
        )
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (visited.has(selection.name.value)) return false
        visited.add(selection.name.value)
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (!fragment) return false
      const condition = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value) : parent
      return isCompositeType(condition) && visit(fragment.selectionSet, condition)
    })
  return visit(set, type)
}
