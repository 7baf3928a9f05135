import { isNonNullType, OperationTypeNode, type ExecutionResult } from 'graphql'
import { toGraphQLError } from '../errors/graphql-error.ts'
import type { Decided } from '../preflight/preflight.ts'
import type { OperationParts } from './compile-operation.ts'
import { collectFields } from './completion/collect-fields.ts'
import { compileConditions } from './conditions.ts'
import type { Variables } from './run.ts'

/**
 * The answer of a mutation of which a root field is denied: nothing has run, every field is null, and each denied one
 * says why. Without data for a subscription, and where a field cannot be null.
 */
export const refuseMutation = (
  { apiSchema, operation, fragments }: Pick<OperationParts, 'apiSchema' | 'operation' | 'fragments'>,
  { root }: Decided,
  variables: Variables,
): ExecutionResult => {
  const errors = [...root].map(([key, error]) => toGraphQLError(error, [key]))
  const type = apiSchema.getRootType(operation.operation)
  if (!type || operation.operation === OperationTypeNode.SUBSCRIPTION) return { errors }
  const conditions = compileConditions(operation, fragments)(variables)
  const fields = [...collectFields({ schema: apiSchema, fragments, conditions }, type, [operation.selectionSet])]
  const definitions = type.getFields()
  const cannotBeNull = fields.some(([, [node]]) => isNonNullType(definitions[node?.name.value ?? '']?.type))
  if (cannotBeNull) return { errors, data: null }
  return {
    errors,
    data: Object.fromEntries(
      fields.map(([key, [node]]) => [key, node?.name.value === '__typename' ? type.name : null]),
    ),
  }
}
