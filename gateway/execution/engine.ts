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
import type { DenialRecorder } from '../../platform/access/denials.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import type { EdgeMetrics } from '../../platform/metrics/metrics-edge.ts'
import { traced } from '../../platform/tracing/span.ts'
import { toGraphQLError } from '../errors/graphql-error.ts'
import { compileCost, type OperationCost } from '../operation/cost/compile-cost.ts'
import { readCostDirectives } from '../operation/cost/cost-directives.ts'
import { DEFAULT_LIMITS } from '../operation/limits.ts'
import { reasonOf } from '../preflight/decisions.ts'
import { deniedFields, deniedRootFields } from '../preflight/denied-fields.ts'
import { lostPermission } from '../preflight/lost-permission.ts'
import { compilePreflight, type Asking, type Decided, type Preflight } from '../preflight/preflight.ts'
import { recordDenials, type RefusedField } from '../preflight/record-denials.ts'
import { rewriteOperation } from '../preflight/rewrite-operation.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import type { RequestContext } from '../transport/transport.ts'
import { BoundedCache } from './bounded-cache.ts'
import { compileOperation, type CompiledOperation, type OperationParts } from './compile-operation.ts'
import { compileConditions } from '../../platform/graphql/execution/conditions.ts'
import { refuseMutation } from './refused-mutation.ts'
import { operationOf } from './prepared-fetch.ts'
import type { OnSubgraphError, TransportOf, Variables } from './run.ts'
import { variableFaults } from './variable-faults.ts'

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
  /**
   * Decides an open subscription again, by the access of the request: why it may not stay open as it began, if it may
   * not. `operation` is the very object that it began with.
   */
  readonly review: (operation: IncomingOperation, request: RequestContext) => CataloguedError | undefined
}

export interface EngineOptions {
  readonly supergraph: Supergraph
  readonly transportOf: TransportOf
  readonly onSubgraphError: OnSubgraphError
  readonly clock: Clock
  readonly metrics?: EdgeMetrics | undefined
  /** Told of the audited fields that are denied here. */
  readonly denials?: DenialRecorder | undefined
  /** The most that one operation may cost: `compileCost`. */
  readonly maxCost?: number | undefined
  /** How many operations are kept compiled; those unused the longest go first. */
  readonly cacheSize?: number
}

/** What is kept of one operation of one document, whoever sends it. */
interface PreparedOperation {
  readonly parts: Omit<OperationParts, 'plan' | 'guarding'>
  /** What the resolvers are to read, or what is wrong with it, one sentence each. */
  readonly coerce: (variables: Variables) => Variables | readonly string[]
  readonly preflight: Preflight
  readonly costOf: OperationCost
  /** Compiled for what is denied. */
  readonly variants: BoundedCache<CompiledOperation>
}

/** An operation that got past preflight. */
interface Begun {
  readonly compiled: CompiledOperation
  readonly decisions: Decided
}

const isBegun = (begun: Begun | ExecutionResult): begun is Begun => 'compiled' in begun

const MAX_VARIANTS = 16
const MAX_VARIABLE_ERRORS = 10

export const createEngine = (options: EngineOptions): Engine => {
  const {
    supergraph,
    transportOf,
    onSubgraphError,
    clock,
    metrics,
    denials,
    maxCost = DEFAULT_LIMITS.maxCost,
    cacheSize = 2000,
  } = options
  const { apiSchema, fullSchema } = supergraph
  const sdl = parse(supergraph.sdl, { noLocation: true })
  const rules = readRules(sdl)
  const costs = readCostDirectives(sdl)
  const operations = new BoundedCache<PreparedOperation>(cacheSize)
  /** How each open subscription was decided when it began. */
  const subscribed = new WeakMap<IncomingOperation, Decided>()

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
        return coerced ?? variableFaults(apiSchema, definitions, variables, errors)
      },
      preflight: compilePreflight({ schema: apiSchema, operation, fragments, readConditions, rules, clock }),
      costOf: compileCost({ schema: apiSchema, operation, fragments, directives: costs }),
      variants: new BoundedCache(MAX_VARIANTS),
    }
  }

  const compile = ({ parts }: PreparedOperation, { guarding }: Decided): CompiledOperation => {
    const { fragments } = parts
    const operation = guarding ? rewriteOperation(parts.operation, guarding) : parts.operation
    const plan = operation
      ? traced('plan', {}, () =>
          supergraph.plan({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments.values()] }),
        )
      : { kind: 'QueryPlan' as const }
    return compileOperation(
      { ...parts, plan, guarding },
      { supergraphSchema: fullSchema, transportOf, onSubgraphError, metrics },
    )
  }

  const preparedOf = (incoming: IncomingOperation): PreparedOperation =>
    operations.getOrMake(`${incoming.operationName ?? ''}\n${incoming.documentKey}`, () => prepare(incoming))

  /** What of the operation is denied already: anything at all of a mutation, else the root fields. */
  const refusals = ({ preflight, parts }: PreparedOperation, decided: Decided, asking: Asking): RefusedField[] => {
    const { guarding } = decided
    if (!guarding?.isDenying) return []
    const { operation } = parts.operation
    if (operation === OperationTypeNode.QUERY && !denials) return []
    const denied = operation === OperationTypeNode.MUTATION ? deniedFields(guarding) : deniedRootFields(guarding)
    const refused = denied.map((field) => ({ ...field, error: reasonOf(field.denying, decided) }))
    const places = preflight.places(asking.variables)
    if (denials && places) recordDenials(denials, places, rules, refused, asking)
    return refused
  }

  const begin = async (incoming: IncomingOperation, request: RequestContext): Promise<Begun | ExecutionResult> => {
    const prepared = preparedOf(incoming)
    const variables = prepared.coerce(incoming.variables)
    if (isFaulty(variables)) return { errors: variables.map(invalidVariable) }
    const { principal, access } = request
    const { preflight, parts, variants, costOf } = prepared
    try {
      const cost = costOf(variables)
      if (cost > maxCost) throw catalogued('OPERATION_TOO_COSTLY', { limit: maxCost, requested: cost })
      if (access && preflight.needsFreshGrants(variables)) await access.ensureFresh()
      const asking = { principal, access, variables }
      const decisions = preflight.decide(asking)
      const refused = refusals(prepared, decisions, asking)
      if (refused.length > 0 && parts.operation.operation !== OperationTypeNode.QUERY)
        return refuseMutation(parts, refused, variables)
      const present = variants.get(decisions.key)
      metrics?.planLookup(present ? 'hit' : 'miss')
      return { compiled: present ?? variants.getOrMake(decisions.key, () => compile(prepared, decisions)), decisions }
    } catch (error) {
      return { errors: [planningError(error)] }
    }
  }

  const review: Engine['review'] = (incoming, { principal, access }) => {
    const { coerce, preflight } = preparedOf(incoming)
    const variables = coerce(incoming.variables)
    const begun = subscribed.get(incoming)
    if (isFaulty(variables) || !begun) return undefined
    return lostPermission(begun, preflight.decide({ principal, access, variables }))
  }

  return {
    supergraph,
    review,
    execute: async (incoming, request) => {
      const begun = await begin(incoming, request)
      return isBegun(begun) ? begun.compiled.execute(incoming.variables, request, begun.decisions) : begun
    },
    subscribe: async (incoming, request) => {
      const begun = await begin(incoming, request)
      if (!isBegun(begun)) return begun
      try {
        subscribed.set(incoming, begun.decisions)
        return await begun.compiled.subscribe(incoming.variables, request, begun.decisions, (at) =>
          review(incoming, at),
        )
      } catch (error) {
        return { errors: [toGraphQLError(error)] }
      }
    },
  }
}

const isFaulty = (coerced: Variables | readonly string[]): coerced is readonly string[] => Array.isArray(coerced)

const invalidVariable = (message: string): GraphQLError => toGraphQLError(catalogued('INVALID_INPUT', {}, { message }))

/** The planner refuses operations that would take it too long; anything else is a fault. */
const planningError = (error: unknown): GraphQLError => {
  if (error instanceof CataloguedError) return toGraphQLError(error)
  const code = error instanceof GraphQLError ? 'OPERATION_TOO_LARGE' : 'INTERNAL'
  return toGraphQLError(catalogued(code, {}, { cause: error }))
}
