import { OperationTypeNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql'
import type { Rules } from '../../directives/rule.ts'
import { isGuarded } from '../../directives/verdict.ts'
import type { Access } from '../../platform/access/access.ts'
import type { Principal } from '../../platform/access/principal.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { BoundedCache } from '../execution/bounded-cache.ts'
import { conditionsKey, type ReadConditions } from '../../platform/graphql/execution/conditions.ts'
import type { Fragments } from '../../platform/graphql/execution/collect-fields.ts'
import { compilePlaces, type Places } from './compile-places.ts'
import type { Decisions } from './decisions.ts'
import { EVERYTHING, guardingOf, type Guarding } from './guarding.ts'
import { decideRequirement, idsReader, refusedCaller } from './requirements.ts'
import type { CoercedVariables } from './scope-source.ts'

/** Who asks, and with what. */
export interface Asking {
  readonly principal: Principal
  /** Undefined where nobody's grants can be known: then only anonymous callers are decided here. */
  readonly access: Access | undefined
  /** Coerced, defaults applied: defaults are decided like values that were sent. */
  readonly variables: CoercedVariables
}

/** What was decided before anything is fetched. */
export interface Decided extends Decisions {
  /** Equal where the same is denied: what is compiled for the operation is kept under it. */
  readonly key: string
  /** Undefined where nothing is denied and nothing is left to decide. */
  readonly guarding: Guarding | undefined
}

/** Layer one for one operation. Whatever it lets pass is decided again by the subgraph. */
export interface Preflight {
  readonly decide: (asking: Asking) => Decided
  /** True where grants must be read past every cache before deciding: of mutations, and of what is `@sensitive`. */
  readonly needsFreshGrants: (variables: CoercedVariables) => boolean
  /** What the operation asks with these variables; undefined where nothing in the graph is guarded. */
  readonly places: (variables: CoercedVariables) => Places | undefined
}

export interface PreflightParts {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: Fragments
  readonly readConditions: ReadConditions
  readonly rules: Rules
  readonly clock: Clock
}

/** How many combinations of `@skip` / `@include` values one operation keeps compiled. */
const MAX_VARIANTS = 16

const UNGUARDED = { key: '', guarding: undefined, errors: [], access: undefined } as const

/** False for a graph that does not use the scope family: then nothing is ever decided. */
export const hasGuards = (rules: Rules): boolean => [...rules.values()].some(({ scopes }) => scopes.some(isGuarded))

/** Compiles what an operation asks of its callers. Throws `OPERATION_TOO_LARGE` on first use where that is too much. */
export const compilePreflight = (parts: PreflightParts): Preflight => {
  const { schema, operation, fragments, readConditions, rules, clock } = parts
  const rootType = schema.getRootType(operation.operation)
  if (!rootType || !hasGuards(rules)) {
    return { decide: () => ({ ...UNGUARDED, clock }), needsFreshGrants: () => false, places: () => undefined }
  }
  const isMutation = operation.operation === OperationTypeNode.MUTATION
  const variants = new BoundedCache<{ readonly name: string; readonly places: Places }>(MAX_VARIANTS)
  const variantOf = (variables: CoercedVariables) => {
    const conditions = readConditions(variables)
    const name = conditionsKey(conditions)
    return variants.getOrMake(name, () => ({
      name,
      places: compilePlaces({ schema, fragments, rules, conditions, isMutation }, rootType, operation.selectionSet),
    }))
  }
  return {
    places: (variables) => variantOf(variables).places,
    needsFreshGrants: (variables) => isMutation || variantOf(variables).places.isSensitive,
    decide: ({ principal, access, variables }) => {
      const { name, places } = variantOf(variables)
      const refused = refusedCaller(principal, access)
      if (refused) {
        const errors = Array.from({ length: places.requirements.length + 1 }, () => refused)
        return { key: `${name}!`, guarding: guardingOf(places.root, EVERYTHING), errors, access: undefined, clock }
      }
      if (!access) return { ...UNGUARDED, clock }
      const denied = new Set<number>()
      const errors: Decisions['errors'][number][] = [undefined]
      const readIds = idsReader(variables)
      for (const requirement of places.requirements) {
        const error = decideRequirement(requirement, readIds, access, clock)
        if (error) denied.add(errors.length)
        errors.push(error)
      }
      if (denied.size === 0 && !places.hasRows) return { ...UNGUARDED, clock }
      return { key: `${name}/${[...denied].join()}`, guarding: guardingOf(places.root, denied), errors, access, clock }
    },
  }
}
