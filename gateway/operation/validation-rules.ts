import { GraphQLError, type ASTNode, type ValidationContext, type ValidationRule } from 'graphql'
import { catalogued, type ErrorCode, type ErrorDetails } from '../../platform/errors/catalogue.ts'
import type { Limits } from './limits.ts'
import { measurer } from './measure.ts'

/** What operations must meet besides the schema; HTTP and WebSocket use the same. */
export const validationRules = (
  limits: Limits,
  { production }: { readonly production: boolean },
): readonly ValidationRule[] => [boundedOperations(limits), ...(production ? [noIntrospection] : [])]

const boundedOperations = (limits: Limits): ValidationRule => {
  return (context) => {
    const measure = measurer((name) => context.getFragment(name))
    return {
      OperationDefinition: (operation) => {
        const { depth, fields, aliases, rootFields } = measure(operation.selectionSet)
        const check = (code: ErrorCode, requested: number, limit: number): boolean => {
          if (requested <= limit) return false
          report(context, operation, code, { limit, requested })
          return true
        }
        // The first that is passed tells enough.
        const isPassed =
          check('OPERATION_TOO_DEEP', depth, limits.maxDepth) ||
          check('OPERATION_TOO_LARGE', rootFields, limits.maxRootFields) ||
          check('OPERATION_TOO_MANY_ALIASES', aliases, limits.maxAliases) ||
          check('OPERATION_TOO_LARGE', fields, limits.maxFields)
        return isPassed ? false : undefined
      },
    }
  }
}

const noIntrospection: ValidationRule = (context) => ({
  Field: (field) => {
    if (field.name.value === '__schema' || field.name.value === '__type')
      report(context, field, 'INTROSPECTION_DISABLED')
  },
})

const report = (context: ValidationContext, nodes: ASTNode, code: ErrorCode, details: ErrorDetails = {}): void => {
  const error = catalogued(code, details)
  context.reportError(new GraphQLError(error.message, { nodes, originalError: error }))
}
