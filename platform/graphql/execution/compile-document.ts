import {
  assertValidSchema,
  execute as executeByGraphql,
  getOperationAST,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
} from 'graphql'
import type { Fragments } from './collect-fields.ts'
import { completeFields, completeSerially, compileFields } from './compile-fields.ts'
import { compileConditions, conditionsKey } from './conditions.ts'
import { Errors, isPending, type Execution } from './execution.ts'
import { compileVariables } from './variables.ts'

export interface ExecuteArguments {
  readonly document: DocumentNode
  readonly operationName?: string | undefined
  readonly rootValue?: unknown
  readonly contextValue?: unknown
  readonly variableValues?: Readonly<Record<string, unknown>> | undefined
}

/** Executes a validated document; synchronous where every resolver is. Never rejects for what a resolver did. */
export type Execute = (args: ExecuteArguments) => ExecutionResult | Promise<ExecutionResult>

type Run = (execution: Execution) => unknown

interface CompiledOperation {
  readonly execute: (args: ExecuteArguments) => ExecutionResult | Promise<ExecutionResult>
}

/** How many combinations of `@skip` / `@include` values one operation keeps compiled. */
const MAX_VARIANTS = 16

/**
 * What graphql-js's `execute` does, compiled once for each document: the same data, the same errors at the same
 * places, the same calls of the same resolvers in the same order, so that loaders batch as they do there.
 */
export const compiledExecution = (schema: GraphQLSchema): Execute => {
  assertValidSchema(schema)
  const known = new WeakMap<DocumentNode, Map<string, CompiledOperation>>()
  return (args) => {
    const { document, operationName = '' } = args
    let operations = known.get(document)
    if (!operations) known.set(document, (operations = new Map<string, CompiledOperation>()))
    let compiled = operations.get(operationName)
    if (!compiled) {
      compiled = compileOperation(schema, document, operationName)
      // Names come from callers: only those that the document has are remembered.
      if (compiled) operations.set(operationName, compiled)
    }
    return compiled ? compiled.execute(args) : executeByGraphql({ schema, ...definedOf(args) })
  }
}

/** What cannot run at all is refused in graphql-js's own words. */
const definedOf = ({ document, operationName, rootValue, contextValue, variableValues }: ExecuteArguments) => ({
  document,
  rootValue,
  contextValue,
  ...(operationName !== undefined && { operationName }),
  ...(variableValues !== undefined && { variableValues }),
})

const compileOperation = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string,
): CompiledOperation | undefined => {
  const operation = getOperationAST(document, operationName === '' ? undefined : operationName)
  const rootType = operation && schema.getRootType(operation.operation)
  if (!rootType) return undefined
  const fragments = fragmentsOf(document)
  const readConditions = compileConditions(operation, fragments)
  const coerce = compileVariables(schema, operation.variableDefinitions ?? [])
  const named = Object.fromEntries(fragments)
  const variants = new Map<string, Run>()

  const variantOf = (variables: Readonly<Record<string, unknown>>): Run => {
    const conditions = readConditions(variables)
    const key = conditionsKey(conditions)
    const present = variants.get(key)
    if (present) return present
    const fields = compileFields({ schema, fragments, conditions }, rootType, [operation.selectionSet])
    const complete =
      operation.operation === OperationTypeNode.MUTATION ? completeSerially(fields) : completeFields(fields)
    const run: Run = (execution) => complete(execution.rootValue, execution, undefined)
    if (variants.size < MAX_VARIANTS) variants.set(key, run)
    return run
  }

  const begin = (args: ExecuteArguments, variableValues: Record<string, unknown>): Execution => ({
    schema,
    fragments: named,
    operation,
    rootValue: args.rootValue,
    contextValue: args.contextValue,
    variableValues,
    errors: new Errors(),
  })

  return {
    execute: (args) => {
      const { coerced, errors } = coerce(args.variableValues ?? {})
      if (!coerced) return { errors: errors ?? [] }
      const execution = begin(args, coerced)
      try {
        const data = variantOf(coerced)(execution)
        if (!isPending(data)) return resultOf(data, execution)
        return data.then(
          (settled) => resultOf(settled, execution),
          (error: unknown) => failed(error, execution),
        )
      } catch (error) {
        return failed(error, execution)
      }
    },
  }
}

const resultOf = (data: unknown, { errors }: Execution): ExecutionResult => {
  const answer = data as ExecutionResult['data'] & object // the root's fields
  return errors.list.length === 0 ? { data: answer } : { errors: errors.list, data: answer }
}

/** A null reached the root. */
const failed = (error: unknown, { errors }: Execution): ExecutionResult => {
  errors.add(error instanceof GraphQLError ? error : new GraphQLError(String(error)), undefined)
  return { errors: errors.list, data: null }
}

const fragmentsOf = ({ definitions }: DocumentNode): Fragments =>
  new Map(
    definitions
      .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  )
