import {
  getArgumentValues,
  isInputObjectType,
  isListType,
  isNonNullType,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql'
import type { ScopePath } from '../../directives/rule.ts'
import { idsAt } from '../../directives/scope-path.ts'
import type { Result } from '../../platform/result/result.ts'

export type CoercedVariables = Readonly<Record<string, unknown>>

/** An argument of the operation that carries scopes. */
export interface ScopeSource {
  /** As errors name it: `input.ids`. */
  readonly argument: string
  /** True where the path goes through a list: what is returned may be of any of its scopes. */
  readonly isList: boolean
  /** Defaults included. Every id there is, each once. */
  readonly read: (variables: CoercedVariables) => Result<readonly [string, ...string[]], 'INVALID_ID'>
}

export const argumentSource = (
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
  path: ScopePath,
): ScopeSource => ({
  argument: path.join('.'),
  isList: leadsThroughList(definition, path),
  read: (variables) => idsAt(getArgumentValues(definition, node, variables), path),
})

const leadsThroughList = (definition: GraphQLField<unknown, unknown>, [first, ...rest]: ScopePath): boolean => {
  let type: GraphQLInputType | undefined = definition.args.find(({ name }) => name === first)?.type
  const names = [...rest]
  while (type) {
    if (isNonNullType(type)) type = type.ofType
    else if (isListType(type)) return true
    else {
      const name = names.shift()
      type = name !== undefined && isInputObjectType(type) ? type.getFields()[name]?.type : undefined
    }
  }
  return false
}
