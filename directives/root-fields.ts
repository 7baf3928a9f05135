import {
  getArgumentValues,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { responseKey } from '../platform/graphql/execution/collect-fields.ts'

/** What of an execution tells its root fields. */
export type Execution = Pick<
  GraphQLResolveInfo,
  'schema' | 'fragments' | 'operation' | 'variableValues' | 'parentType' | 'rootValue'
>

/** One root field of an operation, as the executor will call it. */
export interface RootField {
  /** Its name in the answer. */
  readonly key: string
  readonly field: GraphQLField<unknown, unknown>
  /** Coerced, defaults applied. Throws where they cannot be. */
  readonly values: () => unknown
}

const isIncluded = (node: SelectionNode, { variableValues }: Execution): boolean =>
  getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.['if'] !== true &&
  getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.['if'] !== false

const applies = (condition: string | undefined, { schema, parentType }: Execution): boolean => {
  if (condition === undefined || condition === parentType.name) return true
  const type = schema.getType(condition)
  return isAbstractType(type) && schema.isSubType(type, parentType)
}

const collect = (
  { selections }: SelectionSetNode,
  execution: Execution,
  into: Map<string, FieldNode>,
  visited: Set<string>,
): void => {
  for (const node of selections) {
    if (!isIncluded(node, execution)) continue
    if (node.kind === Kind.FIELD) {
      const key = responseKey(node)
      // Two of one name have the same arguments, else the operation is not valid.
      if (!into.has(key)) into.set(key, node)
      continue
    }
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      if (visited.has(node.name.value)) continue
      visited.add(node.name.value)
    }
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : execution.fragments[node.name.value]
    if (fragment !== undefined && applies(fragment.typeCondition?.name.value, execution)) {
      collect(fragment.selectionSet, execution, into, visited)
    }
  }
}

/** The root fields of an operation in the order in which they run, through fragments, without what is left out. */
export const rootFieldsOf = (execution: Execution): readonly RootField[] => {
  const nodes = new Map<string, FieldNode>()
  collect(execution.operation.selectionSet, execution, nodes, new Set())
  const definitions: ReturnType<GraphQLObjectType['getFields']> = execution.parentType.getFields()
  return [...nodes].flatMap(([key, node]) => {
    const name = node.name.value
    const field = Object.hasOwn(definitions, name) ? definitions[name] : undefined
    if (field === undefined) return []
    return [{ key, field, values: () => getArgumentValues(field, node, execution.variableValues) }]
  })
}
