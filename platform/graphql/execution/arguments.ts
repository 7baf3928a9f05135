import { getArgumentValues, Kind, visit, type FieldNode, type GraphQLField, type GraphQLArgument } from 'graphql'
import type { Execution } from './execution.ts'

export type Arguments = Record<string, unknown>

/** The coerced arguments of a field, an object of its own for each call. Throws as graphql-js does. */
export type ReadArguments = (execution: Execution) => Arguments

/** Compiles how a field's arguments are read: once where nothing of them can change, else once for each call. */
export const compileArguments = (definition: GraphQLField<unknown, unknown>, node: FieldNode): ReadArguments => {
  if (definition.args.length === 0) return () => ({})
  const coerce: ReadArguments = ({ variableValues }) => getArgumentValues(definition, node, variableValues)
  if (usesVariables(node)) return coerce
  let constant: Arguments | undefined
  return (execution) => {
    if (constant) return { ...constant }
    const coerced = coerce(execution)
    // What a resolver could change is never shared between two calls.
    if (Object.values(coerced).every(isPrimitive) && definition.args.every(isStable)) constant = coerced
    return coerced
  }
}

const isPrimitive = (value: unknown): boolean => typeof value !== 'object' && typeof value !== 'function'

const isStable = ({ defaultValue }: GraphQLArgument): boolean => isPrimitive(defaultValue) || defaultValue === null

const usesVariables = (node: FieldNode): boolean => {
  let isUsing = false
  for (const argument of node.arguments ?? []) {
    visit(argument, { [Kind.VARIABLE]: () => void (isUsing = true) })
  }
  return isUsing
}
