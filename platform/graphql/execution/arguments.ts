import {
  getArgumentValues,
  isNonNullType,
  Kind,
  valueFromAST,
  visit,
  type ArgumentNode,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
} from 'graphql'
import type { Execution } from './execution.ts'

export type Arguments = Record<string, unknown>

/** The coerced arguments of a field, an object of its own for each call. Throws as graphql-js does. */
export type ReadArguments = (execution: Execution) => Arguments

/** Adds one argument; false where graphql-js has to say what is wrong with it, or to coerce it anew for each call. */
type ReadArgument = (variables: Readonly<Record<string, unknown>>, into: Arguments) => boolean

/** Compiles how a field's arguments are read: constants once, variables as they were coerced for the operation. */
export const compileArguments = (definition: GraphQLField<unknown, unknown>, node: FieldNode): ReadArguments => {
  if (definition.args.length === 0) return () => ({})
  const reads = definition.args.map((argument) =>
    compileArgument(
      argument,
      node.arguments?.find(({ name }) => name.value === argument.name),
    ),
  )
  return ({ variableValues }) => {
    const values: Arguments = {}
    for (const read of reads)
      if (!read(variableValues, values)) return getArgumentValues(definition, node, variableValues)
    return values
  }
}

const leave: ReadArgument = () => true
const refuse: ReadArgument = () => false

const compileArgument = (argument: GraphQLArgument, node: ArgumentNode | undefined): ReadArgument => {
  const { name, type } = argument
  // A key that would be no data in an object literal.
  if (name === '__proto__') return refuse
  const byDefault = defaultOf(argument)
  if (!node) return byDefault
  if (node.value.kind === Kind.VARIABLE) {
    const variable = node.value.name.value
    const isRequired = isNonNullType(type)
    return (variables, into) => {
      if (!Object.hasOwn(variables, variable)) return byDefault(variables, into)
      const value = variables[variable]
      if (isRequired && (value === null || value === undefined)) return false
      into[name] = value
      return true
    }
  }
  if (usesVariables(node)) return refuse
  const value: unknown = valueFromAST(node.value, type)
  return value !== undefined && isShareable(value) ? constant(name, value) : refuse
}

const defaultOf = ({ name, type, defaultValue }: GraphQLArgument): ReadArgument => {
  if (defaultValue === undefined) return isNonNullType(type) ? refuse : leave
  return isShareable(defaultValue) ? constant(name, defaultValue) : refuse
}

const constant =
  (name: string, value: unknown): ReadArgument =>
  (_, into) => {
    into[name] = value
    return true
  }

/** What a resolver could change is never shared between two calls. */
const isShareable = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'function')

const usesVariables = (node: ArgumentNode): boolean => {
  let isUsing = false
  visit(node, { [Kind.VARIABLE]: () => void (isUsing = true) })
  return isUsing
}
