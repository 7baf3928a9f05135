import {
  getVariableValues,
  type GraphQLError,
  isEnumType,
  isInputType,
  isListType,
  isNonNullType,
  isScalarType,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql'

type Values = Readonly<Record<string, unknown>>

export interface CoercedVariables {
  /** Undefined where something is wrong with them. */
  readonly coerced?: Record<string, unknown>
  readonly errors?: readonly GraphQLError[]
}

/** As many as graphql-js's own `execute` tells. */
const MAX_ERRORS = 50

/** What does not fit its type, or is of a type that graphql-js coerces here. */
const UNFIT = Symbol('unfit')

type Coerce = (value: unknown) => unknown

interface Variable {
  readonly name: string
  readonly coerce: Coerce
  readonly isRequired: boolean
  readonly hasDefault: boolean
}

/**
 * Compiles `getVariableValues` of one operation. Leaves and lists of them are coerced here; whatever else there is, or
 * does not fit, is graphql-js's to coerce or to complain of.
 */
export const compileVariables = (
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  maxErrors = MAX_ERRORS,
): ((values: Values) => CoercedVariables) => {
  if (definitions.length === 0) return () => ({ coerced: {} })
  const byGraphql = (values: Values): CoercedVariables => getVariableValues(schema, definitions, values, { maxErrors })
  const variables = definitions.map((definition) => compileVariable(schema, definition))
  return (values) => {
    const coerced: Record<string, unknown> = {}
    for (const { name, coerce, isRequired, hasDefault } of variables) {
      if (!Object.hasOwn(values, name)) {
        if (isRequired || hasDefault) return byGraphql(values)
        continue
      }
      const value = coerce(values[name])
      if (value === UNFIT) return byGraphql(values)
      coerced[name] = value
    }
    return { coerced }
  }
}

const compileVariable = (schema: GraphQLSchema, { variable, type: node, defaultValue }: VariableDefinitionNode) => {
  const name = variable.name.value
  const type = typeFromAST(schema, node)
  const made: Variable = {
    name,
    // A key that would be no data in an object literal.
    coerce: isInputType(type) && name !== '__proto__' ? compileInput(type) : unfit,
    isRequired: isNonNullType(type),
    hasDefault: defaultValue !== undefined,
  }
  return made
}

const unfit: Coerce = () => UNFIT

const compileInput = (type: GraphQLInputType): Coerce => {
  if (isNonNullType(type)) {
    const inner = compileInput(type.ofType)
    return (value) => (value === null || value === undefined ? UNFIT : inner(value))
  }
  const present = compilePresent(type)
  return (value) => (value === null || value === undefined ? null : present(value))
}

const compilePresent = (type: GraphQLInputType): Coerce => {
  if (isListType(type)) {
    const item = compileInput(type.ofType)
    return (value) => (Array.isArray(value) ? coerceItems(value, item) : UNFIT)
  }
  if (!isScalarType(type) && !isEnumType(type)) return unfit
  return (value) => {
    try {
      const parsed: unknown = type.parseValue(value)
      return parsed === undefined ? UNFIT : parsed
    } catch {
      return UNFIT
    }
  }
}

const coerceItems = (values: readonly unknown[], item: Coerce): unknown => {
  const coerced = new Array<unknown>(values.length)
  for (let index = 0; index < values.length; index++) {
    const one = item(values[index])
    if (one === UNFIT) return UNFIT
    coerced[index] = one
  }
  return coerced
}
