import {
  Kind,
  OperationTypeNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import type { Rules } from '../../directives/rule.ts'
import type { Access } from '../../platform/access/access.ts'
import type { Principal } from '../../platform/access/principal.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'
import { collectFields } from '../execution/completion/collect-fields.ts'
import type { Denials } from '../execution/completion/compile-completion.ts'
import { conditionsKey, type ReadConditions } from '../execution/conditions.ts'
import { BoundedCache } from '../execution/bounded-cache.ts'
import type { Fragments } from '../execution/merge-shape.ts'
import type { Guards } from './guards.ts'
import { selectsGuarded } from './selects-guarded.ts'
import { compileRootDecision, type DecideRoot } from './root-decisions.ts'

/** Who asks, and with what. */
export interface Asking {
  readonly principal: Principal
  /** Undefined where nobody's grants can be known: then only anonymous denials are decided here. */
  readonly access: Access | undefined
  /** Coerced, defaults applied: defaults are decided like values that were sent. */
  readonly variables: Readonly<Record<string, unknown>>
}

/** What was decided before anything is fetched. */
export interface Decided {
  readonly denials: Denials
  /** Equal for equal denials: what is compiled for the operation is kept under it. Empty when nothing is denied. */
  readonly key: string
  /** The denied root fields, by response name. */
  readonly root: ReadonlyMap<string, CataloguedError>
}

export type Preflight = (asking: Asking) => Decided

export const NOTHING_DENIED: Decided = {
  denials: { field: () => undefined, object: () => undefined, root: () => undefined },
  key: '',
  root: new Map(),
}

export interface PreflightParts {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: Fragments
  readonly readConditions: ReadConditions
  readonly guards: Guards
  readonly rules: Rules
  readonly clock: Clock
}

interface RootField {
  readonly key: string
  readonly isGuarded: boolean
  readonly decide: DecideRoot | undefined
}

const MAX_VARIANTS = 16

/**
 * Layer one, compiled with the operation: decides from the caller, the rules and the variables alone, before any
 * fetch. Whatever it lets pass is decided again by the subgraph.
 */
export const compilePreflight = (parts: PreflightParts): Preflight => {
  const { schema, operation, guards } = parts
  const root = schema.getRootType(operation.operation)
  if (!root || !guards.exist) return () => NOTHING_DENIED
  const variants = new BoundedCache<readonly RootField[]>(MAX_VARIANTS)
  const rootFields = (variables: Asking['variables']): readonly RootField[] => {
    const conditions = parts.readConditions(variables)
    return variants.getOrMake(conditionsKey(conditions), () =>
      [...collectFields({ schema, fragments: parts.fragments, conditions }, root, [operation.selectionSet])].flatMap(
        ([key, [node]]) =>
          node
            ? [
                {
                  key,
                  isGuarded: isGuardedRoot(parts, root, node),
                  decide: compileRootDecision(root, node, parts.rules, parts.clock),
                },
              ]
            : [],
      ),
    )
  }
  const anonymous = anonymousDenials(guards)
  return ({ principal, access, variables }) => {
    if (principal.kind === 'anonymous') return decidedFor(rootFields(variables), anonymous, 'anonymous')
    if (!access) return NOTHING_DENIED
    const denied = new Map<string, CataloguedError>()
    for (const { key, decide } of rootFields(variables)) {
      const denial = decide?.(variables, access)
      if (denial) denied.set(key, denial)
    }
    return denied.size === 0 ? NOTHING_DENIED : deniedRoots(denied)
  }
}

/** A mutation runs as a whole or not at all: what is selected of its results counts for its root field. */
const isGuardedRoot = (parts: PreflightParts, root: GraphQLObjectType, node: FieldNode): boolean =>
  parts.operation.operation === OperationTypeNode.MUTATION
    ? selectsGuarded(parts, { kind: Kind.SELECTION_SET, selections: [node] }, root)
    : parts.guards.field(root.name, node.name.value)

const anonymousDenials = (guards: Guards): Denials => {
  const unauthenticated = catalogued('UNAUTHENTICATED')
  return {
    field: (type, field) => (guards.field(type, field) ? unauthenticated : undefined),
    object: (type) => (guards.object(type) ? unauthenticated : undefined),
    root: () => undefined,
  }
}

const decidedFor = (fields: readonly RootField[], denials: Denials, key: string): Decided => {
  const unauthenticated = catalogued('UNAUTHENTICATED')
  return {
    denials,
    key,
    root: new Map(fields.filter(({ isGuarded }) => isGuarded).map((field) => [field.key, unauthenticated])),
  }
}

/** The code stands in the key, because what is compiled under it holds the error. */
const deniedRoots = (root: ReadonlyMap<string, CataloguedError>): Decided => ({
  denials: { field: () => undefined, object: () => undefined, root: (key) => root.get(key) },
  key: JSON.stringify([...root].map(([name, { code, details }]) => [name, code, details])),
  root,
})
