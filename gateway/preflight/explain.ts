import { getVariableValues, OperationTypeNode, type DocumentNode, type GraphQLSchema } from 'graphql'
import type { Rules } from '../../directives/rule.ts'
import type { Access } from '../../platform/access/access.ts'
import { systemClock, type Clock } from '../../platform/clock/clock.ts'
import { catalogued, type ErrorCode } from '../../platform/errors/catalogue.ts'
import { compileConditions } from '../../platform/graphql/execution/conditions.ts'
import { operationOf } from '../execution/prepared-fetch.ts'
import { deniedFields } from './denied-fields.ts'
import { explainPlace, type Explained } from './explain-place.ts'
import { compilePreflight } from './preflight.ts'

export type { Explained, ScopeOfRule } from './explain-place.ts'

/** What layer one makes of one operation, for one caller. */
export interface Explanation {
  readonly operation: OperationTypeNode
  /** False for a mutation of which anything is denied beforehand: nothing of it runs. */
  readonly runs: boolean
  /** Grants are read past every cache first: for a mutation, and for a `@sensitive` field. */
  readonly readsGrantsFresh: boolean
  /** Every coordinate of the operation, in its order. */
  readonly coordinates: readonly Explained[]
  /** The places that are denied before anything is fetched. */
  readonly denied: readonly { readonly path: string; readonly code: ErrorCode }[]
}

export interface ExplainOptions {
  /** What clients see (`Supergraph.apiSchema`). */
  readonly schema: GraphQLSchema
  /** Of the supergraph: `readRules`. */
  readonly rules: Rules
  readonly document: DocumentNode
  readonly operationName?: string | undefined
  readonly variables?: Readonly<Record<string, unknown>>
  readonly access: Access
  readonly clock?: Clock
}

/** Decides as the gateway does, and says why. Fetches nothing. Throws `INVALID_INPUT` for variables that do not fit. */
export const explainOperation = (options: ExplainOptions): Explanation => {
  const { schema, rules, document, operationName, variables = {}, access, clock = systemClock } = options
  const { operation, fragments } = operationOf(document, operationName)
  const { coerced, errors = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], variables)
  if (!coerced) throw catalogued('INVALID_INPUT', {}, { message: errors.map(({ message }) => message).join('\n') })
  const readConditions = compileConditions(operation, fragments)
  const preflight = compilePreflight({ schema, operation, fragments, readConditions, rules, clock })
  const places = preflight.places(coerced)
  const unguarded = { operation: operation.operation, runs: true, readsGrantsFresh: false, coordinates: [], denied: [] }
  if (!places) return unguarded
  const decided = preflight.decide({ principal: access.principal, access, variables: coerced })
  const denied = decided.guarding ? deniedFields(decided.guarding) : []
  return {
    ...unguarded,
    runs: operation.operation !== OperationTypeNode.MUTATION || denied.length === 0,
    readsGrantsFresh: preflight.needsFreshGrants(coerced),
    coordinates: explainPlace(places, rules, decided, coerced),
    denied: denied.map(({ path, denying }) => ({ path: path.join('.'), code: reasonCode(denying, decided.errors) })),
  }
}

const reasonCode = (
  denying: readonly number[],
  errors: readonly ({ readonly code: ErrorCode } | undefined)[],
): ErrorCode => {
  const codes = denying.flatMap((requirement) => errors[requirement]?.code ?? [])
  return codes.find((code) => code !== 'INVALID_ID') ?? codes[0] ?? 'INTERNAL'
}
