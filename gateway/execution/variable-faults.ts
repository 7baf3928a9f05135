import {
  coerceInputValue,
  isInputType,
  typeFromAST,
  type GraphQLError,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql'
import { CataloguedError } from '../../platform/errors/catalogue.ts'
import { withoutLiteral } from '../../platform/errors/without-literal.ts'

const TYPE_ALONE = /^Expected type "\w+"\.(?= )/

/** Why a part of a value does not fit: which type or field is wanted, never what was there instead. */
const reasonOf = ({ message, originalError }: GraphQLError): string => {
  const ofScalar = TYPE_ALONE.exec(message)?.[0]
  if (ofScalar === undefined) return withoutLiteral(message)
  return originalError instanceof CataloguedError ? originalError.message : ofScalar // ours says nothing of the value
}

const placeOf = (name: string, path: readonly (string | number)[]): string =>
  `${name}${path.map((part) => (typeof part === 'number' ? `[${part.toString()}]` : `.${part}`)).join('')}`

/**
 * What is wrong with the variables of a request, one sentence each. graphql-js repeats a value that does not fit, and
 * with an input object all of it: what the caller sent as a secret would come back in an error. Here no value does.
 */
export const variableFaults = (
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
  errors: readonly GraphQLError[],
): readonly string[] => {
  const repeats = ({ message }: GraphQLError, name: string) => message.startsWith(`Variable "$${name}" got invalid`)
  const names = definitions.map(({ variable }) => variable.name.value)
  const absent = errors.filter((error) => !names.some((name) => repeats(error, name)))
  const faults = absent.map(({ message }) => message)
  for (const { variable, type: node } of definitions) {
    const name = variable.name.value
    const type = typeFromAST(schema, node)
    if (!isInputType(type) || !errors.some((error) => repeats(error, name))) continue
    withinReason(() =>
      coerceInputValue(variables[name], type, (path, _, error) => {
        if (faults.length >= errors.length) throw ENOUGH
        faults.push(`Variable "$${name}" is invalid at "${placeOf(name, path)}": ${reasonOf(error)}`)
      }),
    )
  }
  return faults
}

/** Thrown where no more faults are told: graphql-js would look for them to the end of a list, however long. */
const ENOUGH = new Error('No more faults are told')

const withinReason = (coerce: () => unknown): void => {
  try {
    coerce()
  } catch (error) {
    if (error !== ENOUGH) throw error
  }
}
