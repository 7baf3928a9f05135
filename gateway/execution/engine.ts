import {
  getVariableValues,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  type DocumentNode,
  type ExecutionResult,
} from 'graphql'
import { readRules } from '../../directives/read-rules.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import type { EdgeMetrics } from '../../platform/metrics/metrics-edge.ts'
import { traced } from '../../platform/tracing/span.ts'
import { toGraphQLError } from '../errors/graphql-error.ts'
import { guardsOf } from '../preflight/guards.ts'
import { compilePreflight, type Decided, type Preflight } from '../preflight/preflight.ts'
import { pruneOperation } from '../preflight/prune.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import type { RequestContext } from '../transport/transport.ts'
import { BoundedCache } from './bounded-cache.ts'
import { compileOperation, type CompiledOperation, type OperationParts } from './compile-operation.ts'
import { compileConditions } from './conditions.ts'
import { refuseMutation } from './refused-mutation.ts'
import { operationOf } from './prepared-fetch.ts'
import type { OnSubgraphError, TransportOf, Variables } from './run.ts'

/** A validated operation, as HTTP and WebSocket alike bring it. */
export interface IncomingOperation {
  readonly document: DocumentNode
  readonly operationName: string | undefined
  /** Equal for equal documents. */
  readonly documentKey: string
  readonly variables: Variables
}

/** Runs operations on one generation of the graph. */
export interface Engine {
  readonly supergraph: Supergraph
  /** Never rejects for what the caller or a subgraph did: that is an error in the result. */
  readonly execute: (operation: IncomingOperation, request: RequestContext) => Promise<ExecutionResult>
  /** A result instead of a stream where the subscription is refused. */
  readonly subscribe: (
    operation: IncomingOperation,
    request: RequestContext,
  ) => Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>
  /** Decides an open subscription again, by the access of the request: why it may not stay open, if it may not. */
  readonly review: (operation: IncomingOperation, request: RequestContext) => CataloguedError | undefined
}

export interface EngineOptions {
  readonly supergraph: Supergraph
  readonly transportOf: TransportOf
  readonly onSubgraphError: OnSubgraphError
  readonly clock: Clock
  readonly metrics?: EdgeMetrics | undefined
  /** How many operations are kept compiled; those unused the longest go first. */
  readonly cacheSize?: number
}

/** What is kept of one operation of one document, whoever sends it. */
interface PreparedOperation {
  readonly parts: Omit<OperationParts, 'plan' | 'denials'>
  readonly coerce: (variables: Variables) => Variables | readonly GraphQLError[]
  readonly preflight: Preflight
  /** Compiled for what is denied. */
  readonly variants: BoundedCache<CompiledOperation>
}

const MAX_VARIANTS = 8
const MAX_VARIABLE_ERRORS = 10

export const createEngine = (options: EngineOptions): Engine => {
  const { supergraph, transportOf, onSubgraphError, clock, metrics, cacheSize = 2000 } = options
  const { apiSchema, fullSchema } = supergraph
  const rules = readRules(parse(supergraph.sdl, { noLocation: true }))
  const guards = guardsOf(apiSchema, rules)
  const operations = new BoundedCache<PreparedOperation>(cacheSize)

  const prepare = ({ document, operationName }: IncomingOperation): PreparedOperation => {
    const { operation, fragments } = operationOf(document, operationName)
    const definitions = operation.variableDefinitions ?? []
    const readConditions = compileConditions(operation, fragments)
    return {
      parts: { operation, fragments, apiSchema },
      coerce: (variables) => {
        if (definitions.length === 0) return {}
        const { coerced, errors } = getVariableValues(apiSchema, definitions, variables, {
          maxErrors: MAX_VARIABLE_ERRORS,
        })
        return coerced ?? errors
      },
      preflight: compilePreflight({ schema: apiSchema, operation, fragments, readConditions, guards, rules, clock }),
      variants: new BoundedCache(MAX_VARIANTS),
    }
  }

  const compile = ({ parts }: PreparedOperation, { denials, key }: Decided): CompiledOperation => {
    const pruned = key === '' ? parts : pruneOperation(apiSchema, parts.operation, parts.fragments, denials)
    const plan = pruned
      ? traced('plan', {}, () =>
          supergraph.plan({ kind: Kind.DOCUMENT, definitions: [pruned.operation, ...pruned.fragments.values()] }),
        )
      : { kind: 'QueryPlan' as const }
    return compileOperation(
      { ...parts, plan, denials },
      { supergraphSchema: fullSchema, transportOf, onSubgraphError, metrics },
    )
  }

  const preparedOf = (incoming: IncomingOperation): PreparedOperation =>
    operations.getOrMake(`${incoming.operationName ?? ''}\n${incoming.documentKey}`, () => prepare(incoming))

  /** The compiled operation, or the answer where it does not get that far. */
  const begin = (incoming: IncomingOperation, request: RequestContext): CompiledOperation | ExecutionResult => {
    const prepared = preparedOf(incoming)
    const variables = prepared.coerce(incoming.variables)
    if (isErrors(variables)) return { errors: variables.map(invalidVariable) }
    const decided = prepared.preflight({ principal: request.principal, access: request.access, variables })
    if (decided.root.size > 0 && prepared.parts.operation.operation !== OperationTypeNode.QUERY) {
      return refuseMutation(prepared.parts, decided, variables)
    }
    try {
      const present = prepared.variants.get(decided.key)
      metrics?.planLookup(present ? 'hit' : 'miss')
      return present ?? prepared.variants.getOrMake(decided.key, () => compile(prepared, decided))
    } catch (error) {
      return { errors: [planningError(error)] }
    }
  }

  return {
    supergraph,
    execute: async (incoming, request) => {
      const begun = begin(incoming, request)
      return 'execute' in begun ? begun.execute(incoming.variables, request) : begun
    },
    subscribe: async (incoming, request) => {
      const begun = begin(incoming, request)
      if (!('subscribe' in begun)) return begun
      try {
        return await begun.subscribe(incoming.variables, request)
      } catch (error) {
        return { errors: [toGraphQLError(error)] }
      }
    },
    review: (incoming, { principal, access }) => {
      const { coerce, preflight } = preparedOf(incoming)
      const variables = coerce(incoming.variables)
      if (isErrors(variables)) return undefined
      const [denied] = preflight({ principal, access, variables }).root.values()
      return denied
    },
  }
}

const isErrors = (coerced: Variables | readonly GraphQLError[]): coerced is readonly GraphQLError[] =>
  Array.isArray(coerced)

const invalidVariable = ({ message }: GraphQLError): GraphQLError => {
  const error = catalogued('INVALID_INPUT', {}, { message: message.replaceAll(/ Did you mean [^?]*\?/g, '') })
  return toGraphQLError(error)
}

/** The planner refuses operations that would take it too long; anything else is a fault. */
const planningError = (error: unknown): GraphQLError => {
  if (error instanceof CataloguedError) return toGraphQLError(error)
  const code = error instanceof GraphQLError ? 'OPERATION_TOO_LARGE' : 'INTERNAL'
  return toGraphQLError(catalogued(code, {}, { cause: error }))
}
