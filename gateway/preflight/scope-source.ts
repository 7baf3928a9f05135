import {
  getArgumentValues,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  print,
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

const argumentSource = (definition: GraphQLField<unknown, unknown>, node: FieldNode, path: ScopePath): ScopeSource => {
  const readArguments = argumentsReader(definition, node, path[0])
  return {
    argument: path.join('.'),
    isList: leadsThroughList(definition, path),
    read: (variables) => idsAt(readArguments(variables), path),
  }
}

/**
 * An argument that is one variable has been coerced with it; everything else is what graphql-js makes of it. Null where
 * there must be none reads as nothing: a variable that may be null can stand there when it has a default.
 */
const argumentsReader = (
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
  name: string | undefined,
): ((variables: CoercedVariables) => Readonly<Record<string, unknown>>) => {
  const own = { ...definition, args: definition.args.filter((argument) => argument.name === name) }
  const coerce = (variables: CoercedVariables): Readonly<Record<string, unknown>> => {
    try {
      return getArgumentValues(own, node, variables)
    } catch {
      return {}
    }
  }
  const written = node.arguments?.find((argument) => argument.name.value === name)
  if (written?.value.kind !== Kind.VARIABLE) return coerce
  const argument = written.name.value
  const variable = written.value.name.value
  return (variables) => {
    const sent = Object.hasOwn(variables, variable) ? variables[variable] : undefined
    return sent === undefined || sent === null ? coerce(variables) : { [argument]: sent }
  }
}

/** The sources of an operation: aliases of one field with the same arguments have one, and are decided once. */
export class ScopeSources {
  readonly #known = new Map<string, ScopeSource>()

  of(coordinate: string, definition: GraphQLField<unknown, unknown>, node: FieldNode, path: ScopePath): ScopeSource {
    const key = [coordinate, path.join('.'), ...(node.arguments ?? []).map(print)].join('\n')
    const known = this.#known.get(key)
    if (known) return known
    const made = argumentSource(definition, node, path)
    this.#known.set(key, made)
    return made
  }
}

/** The one id that a field takes, where it takes one: it may name the thing that comes back. */
export const namingArgument = (
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): ScopeSource | undefined => {
  const ids = definition.args.filter(({ type }) => getNamedType(type).name === 'ID')
  const [only] = ids
  return only && ids.length === 1 ? argumentSource(definition, node, [only.name]) : undefined
}

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
