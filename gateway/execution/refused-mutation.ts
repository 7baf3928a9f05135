import { isNonNullType, OperationTypeNode, type ExecutionResult } from 'graphql'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { toGraphQLError } from '../errors/graphql-error.ts'
import type { RefusedField } from '../preflight/record-denials.ts'
import type { OperationParts } from './compile-operation.ts'
import { collectFields } from '../../platform/graphql/execution/collect-fields.ts'
import { compileConditions } from '../../platform/graphql/execution/conditions.ts'
import type { Variables } from './run.ts'

/**
 * The answer of a mutation of which something is denied: nothing has run, every root field is null, each denied field
 * says why, and each other root field that it was refused with them. Without data for a subscription, and where a
 * field cannot be null.
 */
export const refuseMutation = (
  { apiSchema, operation, fragments, client }: Pick<OperationParts, 'apiSchema' | 'operation' | 'fragments' | 'client'>,
  denied: readonly RefusedField[],
  variables: Variables,
): ExecutionResult => {
  const type = apiSchema.getRootType(operation.operation)
  const nameOf = (key: string): string => client?.nameOf(key) ?? key
  const placed = ({ error, path }: RefusedField) => toGraphQLError(error, client ? client.pathOf(path) : path)
  if (!type || operation.operation === OperationTypeNode.SUBSCRIPTION) {
    return { errors: denied.map(placed) }
  }
  const conditions = compileConditions(operation, fragments)(variables)
  const fields = [...collectFields({ schema: apiSchema, fragments, conditions }, type, [operation.selectionSet])]
  const definitions = type.getFields()
  const errors = fields.flatMap(([key, [node]]) => {
    const own = denied.filter(({ rootKey }) => rootKey === key)
    if (own.length > 0) return own.map(placed)
    return node?.name.value === '__typename' ? [] : [toGraphQLError(catalogued('MUTATION_REFUSED'), [nameOf(key)])]
  })
  const cannotBeNull = fields.some(([, [node]]) => isNonNullType(definitions[node?.name.value ?? '']?.type))
  if (cannotBeNull) return { errors, data: null }
  return {
    errors,
    data: Object.fromEntries(
      fields.map(([key, [node]]) => [nameOf(key), node?.name.value === '__typename' ? type.name : null]),
    ),
  }
}
