import type { QueryPlan } from '@apollo/query-planner'
import { Kind, type DocumentNode } from 'graphql'
import type { Rules } from '../../directives/rule.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { compileConditions } from '../../platform/graphql/execution/conditions.ts'
import { compileVariables } from '../../platform/graphql/execution/variables.ts'
import type { EdgeMetrics } from '../../platform/metrics/metrics-edge.ts'
import { traced } from '../../platform/tracing/span.ts'
import { compileCost, type OperationCost } from '../operation/cost/compile-cost.ts'
import { compilePreflight, type Decided, type Preflight } from '../preflight/preflight.ts'
import { rewriteOperation } from '../preflight/rewrite-operation.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import { BoundedCache } from './bounded-cache.ts'
import { compileOperation, type CompiledOperation, type OperationParts } from './compile-operation.ts'
import { weightOfDocument, weightOfPlan } from './operation-weight.ts'
import { operationOf } from './prepared-fetch.ts'
import { compileResumable } from './resumable.ts'
import type { Variables } from './run.ts'
import type { FetchDependencies } from './send-fetch.ts'
import { separateClientNames } from './client-names.ts'
import { separateMeanings } from './separate-meanings.ts'
import { SingleFlight } from './single-flight.ts'
import { variableFaults } from './variable-faults.ts'

/** A validated operation, as HTTP and WebSocket alike bring it. */
export interface IncomingOperation {
  readonly document: DocumentNode
  readonly operationName: string | undefined
  /** Equal for equal documents. */
  readonly documentKey: string
  readonly variables: Variables
}

/** What is kept of one operation of one document, whoever sends it. */
export interface PreparedOperation {
  readonly incoming: IncomingOperation
  /** Of what is kept of it before it is compiled. */
  readonly bytes: number
  readonly parts: Omit<OperationParts, 'plan' | 'guarding'>
  /** Distinguishes it from every other operation. */
  readonly name: string
  /** What the resolvers are to read, or what is wrong with it, one sentence each. */
  readonly coerce: (variables: Variables) => Variables | readonly string[]
  readonly preflight: Preflight
  readonly costOf: OperationCost
  /** Compiled for what is denied, and for the shares of progressive overrides that it was drawn for. */
  readonly variants: BoundedCache<Variant>
  readonly flights: SingleFlight<CompiledOperation>
}

interface Variant {
  readonly compiled: CompiledOperation
  readonly bytes: number
}

export interface PreparedOperationsOptions {
  readonly supergraph: Supergraph
  readonly rules: Rules
  readonly costs: Parameters<typeof compileCost>[0]['directives']
  readonly clock: Clock
  readonly metrics: EdgeMetrics | undefined
  /** How many bytes they may take together; those unused the longest go first. */
  readonly planCacheBytes: number
  readonly dependencies: FetchDependencies
}

/** The operations of one generation of the graph, prepared and compiled as they come. */
export interface PreparedOperations {
  readonly preparedOf: (incoming: IncomingOperation) => PreparedOperation
  /** Planned once for many that ask at the same time; at once where it is kept, or small. */
  readonly compiledFor: (
    prepared: PreparedOperation,
    decided: Pick<Decided, 'key' | 'guarding'>,
  ) => CompiledOperation | Promise<CompiledOperation>
  /** Those used last first. */
  readonly seen: () => readonly IncomingOperation[]
}

const MAX_VARIANTS = 16
const MAX_VARIABLE_ERRORS = 10

const weigh = ({ bytes, variants }: PreparedOperation): number => {
  let sum = bytes
  for (const variant of variants.values()) sum += variant.bytes
  return sum
}

const nameOf = ({ operationName, documentKey }: IncomingOperation): string => `${operationName ?? ''}\n${documentKey}`

const variantKey = (decided: string, drawn: string): string => (drawn === '' ? decided : `${decided}%${drawn}`)

export const preparedOperations = (options: PreparedOperationsOptions): PreparedOperations => {
  const { supergraph, rules, costs, clock, metrics, planCacheBytes, dependencies } = options
  const { apiSchema } = supergraph
  const operations = new BoundedCache<PreparedOperation>(planCacheBytes, weigh)

  const prepare = (incoming: IncomingOperation): PreparedOperation => {
    const { document, operationName } = incoming
    const sent = operationOf(document, operationName)
    const separated = separateMeanings(separateClientNames(sent.operation, sent.fragments))
    const { operation, fragments, client } = separated
    const definitions = operation.variableDefinitions ?? []
    const coerce = compileVariables(apiSchema, definitions, MAX_VARIABLE_ERRORS)
    const readConditions = compileConditions(operation, fragments)
    return {
      name: nameOf(incoming),
      incoming: { ...incoming, variables: {} },
      // What is renamed is kept beside what was sent.
      bytes: weightOfDocument(document) * (client ? 2 : 1),
      parts: { ...separated, apiSchema, resumable: compileResumable(operation, fragments, apiSchema, rules) },
      coerce: (variables) => {
        const { coerced, errors = [] } = coerce(variables)
        return coerced ?? variableFaults(apiSchema, definitions, variables, errors)
      },
      preflight: compilePreflight({ schema: apiSchema, operation, fragments, readConditions, rules, clock }),
      costOf: compileCost({ schema: apiSchema, operation, fragments, directives: costs }),
      variants: new BoundedCache(MAX_VARIANTS),
      flights: new SingleFlight(),
    }
  }

  const compile = (
    prepared: PreparedOperation,
    { key, guarding }: Pick<Decided, 'key' | 'guarding'>,
    drawn: string,
  ): CompiledOperation | Promise<CompiledOperation> => {
    const { parts, variants, name } = prepared
    const { fragments, resumable } = parts
    const allowed = guarding ? rewriteOperation(parts.operation, guarding) : parts.operation
    const operation = allowed && resumable ? resumable.withCursor(allowed) : allowed
    const plan = operation
      ? traced('plan', {}, () =>
          supergraph.plan({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments.values()] }, drawn),
        )
      : { kind: 'QueryPlan' as const }
    const keep = (made: QueryPlan): CompiledOperation => {
      const compiled = compileOperation({ ...parts, plan: made, guarding }, dependencies)
      variants.set(variantKey(key, drawn), { compiled, bytes: weightOfPlan(made) })
      operations.set(name, prepared) // weighed anew
      metrics?.planCache({ operations: operations.size, bytes: operations.weight })
      return compiled
    }
    return plan instanceof Promise ? plan.then(keep) : keep(plan)
  }

  const compiledFor = (
    prepared: PreparedOperation,
    decided: Pick<Decided, 'key' | 'guarding'>,
  ): CompiledOperation | Promise<CompiledOperation> => {
    const drawn = supergraph.draw()
    const key = variantKey(decided.key, drawn)
    const present = prepared.variants.get(key)
    metrics?.planLookup(present ? 'hit' : 'miss')
    return present ? present.compiled : prepared.flights.run(key, () => compile(prepared, decided, drawn))
  }

  const preparedOf = (incoming: IncomingOperation): PreparedOperation =>
    operations.getOrMake(nameOf(incoming), () => prepare(incoming))

  return {
    preparedOf,
    compiledFor,
    seen: () => [...operations.values()].map(({ incoming }) => incoming).toReversed(),
  }
}
