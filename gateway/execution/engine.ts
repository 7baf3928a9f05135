import { setImmediate as turn } from 'node:timers/promises'
import { GraphQLError, OperationTypeNode, parse, validate, type ExecutionResult } from 'graphql'
import { readRules } from '../../directives/read-rules.ts'
import type { DenialRecorder } from '../../platform/access/denials.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import type { EdgeMetrics } from '../../platform/metrics/metrics-edge.ts'
import { toGraphQLError } from '../errors/graphql-error.ts'
import { readCostDirectives } from '../operation/cost/cost-directives.ts'
import { costTeller } from '../operation/cost/told-cost.ts'
import { DEFAULT_LIMITS } from '../operation/limits.ts'
import { reasonOf } from '../preflight/decisions.ts'
import { deniedFields, deniedRootFields } from '../preflight/denied-fields.ts'
import { lostPermission } from '../preflight/lost-permission.ts'
import type { Asking, Decided } from '../preflight/preflight.ts'
import { recordDenials, type RefusedField } from '../preflight/record-denials.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import type { RequestContext } from '../transport/transport.ts'
import { preparedOperations, type IncomingOperation, type PreparedOperation } from './prepared-operations.ts'
import { isLater, type Prompt } from './later.ts'
import type { CompiledOperation } from './compile-operation.ts'
import type { SubscriptionEvents } from './subscription.ts'
import { refuseMutation } from './refused-mutation.ts'
import type { OnSubgraphErrors, TransportOf, Variables } from './run.ts'
import { isTooDeep } from './variable-depth.ts'

export type { IncomingOperation }

/** Runs operations on one generation of the graph. */
export interface Engine {
  readonly supergraph: Supergraph
  /**
   * At once where nothing has to be waited for. Never fails for what the caller or a subgraph did: that is an error in
   * the result.
   */
  readonly execute: (operation: IncomingOperation, request: RequestContext) => Prompt<ExecutionResult>
  /** A result where the subscription is refused. */
  readonly admit: (
    operation: IncomingOperation,
    request: RequestContext,
  ) => Promise<AdmittedSubscription | ExecutionResult>
  /** The operations that it has compiled, those used last first. */
  readonly seen: () => readonly IncomingOperation[]
  /** Compiles what fits its schema of them, in small steps, for callers from whom nothing is withheld. Takes 10 s at most. */
  readonly warm: (operations: readonly IncomingOperation[]) => Promise<void>
}

/** A subscription that got past preflight. */
export interface AdmittedSubscription {
  /** Equal where the same caller would be sent the same events: the operation, what is denied of it, its variables. */
  readonly key: string
  /** Whether its events say where they stand: only then can it go on behind one of them. */
  readonly isResumable: boolean
  /** Where the client asks to begin; undefined: from now on. */
  readonly after: string | undefined
  /** Opens its stream, `after` a cursor where it is to go on. Rejects with the catalogued error of a subgraph's refusal. */
  readonly open: (request: RequestContext, after?: string) => Promise<SubscriptionEvents>
  /** Decides it again, by the access of the request: why it may not stay open as it began, if it may not. */
  readonly review: (request: RequestContext) => CataloguedError | undefined
}

export interface EngineOptions {
  readonly supergraph: Supergraph
  readonly transportOf: TransportOf
  readonly onSubgraphErrors: OnSubgraphErrors
  readonly clock: Clock
  readonly metrics?: EdgeMetrics | undefined
  /** Told of the audited fields that are denied here. */
  readonly denials?: DenialRecorder | undefined
  /** The most that one operation may cost: `compileCost`. */
  readonly maxCost?: number | undefined
  /** Whether answers say what their operation costs, as `extensions.cost`; not, unless it is said. */
  readonly tellsCost?: boolean | undefined
  /** How many bytes compiled operations may take; those unused the longest go first. */
  readonly planCacheBytes?: number | undefined
}

/** An operation that got past preflight. */
interface Begun {
  readonly compiled: CompiledOperation
  readonly decisions: Decided
  /** Coerced, defaults applied. */
  readonly variables: Variables
  readonly cost: number
}

type Beginning = Begun | ExecutionResult

const isBegun = (begun: Beginning): begun is Begun => 'compiled' in begun

const WARM_MS = 10_000

export const createEngine = (options: EngineOptions): Engine => {
  const {
    supergraph,
    transportOf,
    onSubgraphErrors,
    clock,
    metrics,
    denials,
    maxCost = DEFAULT_LIMITS.maxCost,
    tellsCost = false,
    planCacheBytes = DEFAULT_LIMITS.planCacheBytes,
  } = options
  const { apiSchema } = supergraph
  const sdl = parse(supergraph.sdl, { noLocation: true })
  const rules = readRules(sdl)
  const { preparedOf, compiledFor, seen } = preparedOperations({
    supergraph,
    rules,
    costs: readCostDirectives(sdl),
    clock,
    metrics,
    planCacheBytes,
    dependencies: { supergraphSchema: supergraph.fullSchema, transportOf, onSubgraphErrors, metrics },
  })
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

  const tell = tellsCost ? costTeller(maxCost) : undefined
  const told = (result: ExecutionResult, cost: number): ExecutionResult =>
    tell ? { ...result, extensions: tell(cost) } : result

  const begin = (incoming: IncomingOperation, request: RequestContext): Prompt<Beginning> => {
    if (isTooDeep(incoming.variables)) return { errors: [invalidVariable('The variables are nested too deeply.')] }
    const prepared = preparedOf(incoming)
    const variables = prepared.coerce(incoming.variables)
    if (isFaulty(variables)) return { errors: variables.map(invalidVariable) }
    const { principal, access } = request
    const { preflight, costOf } = prepared
    const cost = costOf(variables)
    const asking = { principal, access, variables }
    const failed = (error: unknown): ExecutionResult => told({ errors: [planningError(error)] }, cost)
    try {
      if (cost > maxCost) throw catalogued('OPERATION_TOO_COSTLY', { limit: maxCost, requested: cost })
      const fresh = access && preflight.needsFreshGrants(variables) ? access.ensureFresh() : undefined
      const decided = fresh ? fresh.then(() => decide(prepared, asking, cost)) : decide(prepared, asking, cost)
      return isLater(decided) ? decided.catch(failed) : decided
    } catch (error) {
      return failed(error)
    }
  }

  const decide = (prepared: PreparedOperation, asking: Asking, cost: number): Prompt<Beginning> => {
    const { preflight, parts } = prepared
    const { variables } = asking
    const decisions = preflight.decide(asking)
    const refused = refusals(prepared, decisions, asking)
    if (refused.length > 0 && parts.operation.operation !== OperationTypeNode.QUERY)
      return told(refuseMutation(parts, refused, variables), cost)
    const compiled = compiledFor(prepared, decisions)
    if (!isLater(compiled)) return { compiled, decisions, variables, cost }
    return compiled.then((later) => ({ compiled: later, decisions, variables, cost }))
  }

  const admitted = (incoming: IncomingOperation, begun: Begun): AdmittedSubscription => {
    const { name, parts, preflight } = preparedOf(incoming)
    const { compiled, decisions, variables } = begun
    const { resumable } = parts
    const review = ({ principal, access }: RequestContext): CataloguedError | undefined =>
      lostPermission(decisions, preflight.decide({ principal, access, variables }))
    return {
      key: JSON.stringify([name, decisions.key, withoutVariable(incoming.variables, resumable?.variable)]),
      isResumable: resumable !== undefined,
      after: resumable?.afterOf(variables),
      review,
      open: (request, after) =>
        compiled.subscribe({ variables: incoming.variables, request, decisions, review, after }),
    }
  }

  return {
    supergraph,
    execute: (incoming, request) => {
      const run = (begun: Beginning): Prompt<ExecutionResult> => {
        if (!isBegun(begun)) return begun
        const { compiled, decisions, cost } = begun
        const result = compiled.execute(incoming.variables, request, decisions)
        return isLater(result) ? result.then((later) => told(later, cost)) : told(result, cost)
      }
      const begun = begin(incoming, request)
      return isLater(begun) ? begun.then(run) : run(begun)
    },
    admit: async (incoming, request) => {
      const begun = await begin(incoming, request)
      return isBegun(begun) ? admitted(incoming, begun) : begun
    },
    seen,
    warm: async (operations) => {
      const until = performance.now() + WARM_MS
      for (const incoming of operations) {
        await turn()
        if (performance.now() > until) return
        if (validate(apiSchema, incoming.document).length > 0) continue
        try {
          await compiledFor(preparedOf(incoming), EVERYBODY)
        } catch {
          continue // what cannot be planned is refused when it is asked for
        }
      }
    },
  }
}

/** Nothing is denied, and nothing left to decide. */
const EVERYBODY = { key: '', guarding: undefined }

/** In one order, so that equal variables give equal text. */
const withoutVariable = (variables: Variables, left: string | undefined): readonly [string, unknown][] =>
  Object.entries(variables)
    .filter(([name]) => name !== left)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))

const isFaulty = (coerced: Variables | readonly string[]): coerced is readonly string[] => Array.isArray(coerced)

const invalidVariable = (message: string): GraphQLError => toGraphQLError(catalogued('INVALID_INPUT', {}, { message }))

/** The planner refuses operations that would take it too long; anything else is a fault. */
const planningError = (error: unknown): GraphQLError => {
  if (error instanceof CataloguedError) return toGraphQLError(error)
  const code = error instanceof GraphQLError ? 'OPERATION_TOO_LARGE' : 'INTERNAL'
  return toGraphQLError(catalogued(code, {}, { cause: error }))
}
