import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { typeCondition } from './type-condition.ts'

/** What a field is called in an answer (spec 2.7). */
export const responseKey = ({ alias, name }: FieldNode): string => (alias ?? name).value

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

/** An object's type; an interface stands for itself where a subgraph knows it as an object (`@interfaceObject`). */
export type ObjectLike = GraphQLObjectType | GraphQLInterfaceType

export interface CollectContext {
  readonly schema: GraphQLSchema
  readonly fragments: Fragments
  /** The values of the variables of `@skip` and `@include` that this compilation is for. */
  readonly conditions: ReadonlyMap<string, boolean>
}

/** The fields that an object of one type has in the answer, by response name and in the answer's order (spec 6.3.2). */
export const collectFields = (
  context: CollectContext,
  type: ObjectLike,
  selectionSets: readonly SelectionSetNode[],
): Map<string, FieldNode[]> => {
  const fields = new Map<string, FieldNode[]>()
  const visited = new Set<string>()
  for (const { selections } of selectionSets) collect(context, type, selections, fields, visited)
  return fields
}

const collect = (
  context: CollectContext,
  type: ObjectLike,
  selections: readonly SelectionNode[],
  fields: Map<string, FieldNode[]>,
  visited: Set<string>,
): void => {
  for (const selection of selections) {
    if (!isIncluded(context, selection)) continue
    if (selection.kind === Kind.FIELD) {
      const key = responseKey(selection)
      const nodes = fields.get(key)
      if (nodes) nodes.push(selection)
      else fields.set(key, [selection])
      continue
    }
    const fragment = fragmentOf(context, selection, visited)
    if (!fragment) continue
    const condition = fragment.typeCondition?.name.value
    if (condition !== undefined && !typeCondition(context.schema, condition)(type.name)) continue
    collect(context, type, fragment.selectionSet.selections, fields, visited)
  }
}

const fragmentOf = (
  { fragments }: CollectContext,
  selection: Exclude<SelectionNode, FieldNode>,
  visited: Set<string>,
) => {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection
  const name = selection.name.value
  if (visited.has(name)) return undefined
  visited.add(name)
  return fragments.get(name)
}

const isIncluded = ({ conditions }: CollectContext, node: SelectionNode): boolean => {
  if (!node.directives?.length) return true
  const variables = Object.fromEntries(conditions)
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables)
  if (skip?.['if'] === true) return false
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables)
  return include?.['if'] !== false
}
