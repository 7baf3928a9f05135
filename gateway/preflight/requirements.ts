import type { Rule } from '../../directives/rule.ts'
import { errorOf, stepUpOf, verdictOf, type GuardedRule } from '../../directives/verdict.ts'
import { denialError, type Access } from '../../platform/access/access.ts'
import type { Principal } from '../../platform/access/principal.ts'
import type { IdText } from '../../platform/access/scope-ids.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'
import { parseAnyId } from '../../platform/ids/id.ts'
import { ID_KINDS } from '../../platform/ids/kinds.ts'
import { ok, type Result } from '../../platform/result/result.ts'
import type { CoercedVariables, ScopeSource } from './scope-source.ts'

/**
 * What a requirement asks of a source with several scopes. `each`: all of them, as the rule of the argument's own
 * field does. `some`: what is selected of the objects returned may be of any; denied only where none is permitted.
 * `named`: the id of a thing whose type is not known; it counts where it says what it belongs to.
 */
export type Quantifier = 'each' | 'some' | 'named'

/** One thing that an operation asks of its caller, decided once before anything is fetched. */
export interface Requirement {
  readonly scope: GuardedRule
  /** Undefined where no argument carries a scope. */
  readonly source: ScopeSource | undefined
  readonly quantifier: Quantifier
  /** That of the rule: a fresh second factor is asked for. */
  readonly sensitive: Rule['sensitive']
}

/** The number of what every guarded place asks first: a caller who is known and enabled. */
export const KNOWN_CALLER = 0

/** The requirements of an operation, each distinct one once. Number 0 is `KNOWN_CALLER` and has no entry. */
export class Requirements {
  readonly #numbers = new Map<string, number>()
  readonly #identities = new Map<object, number>()
  readonly list: Requirement[] = []

  add(requirement: Requirement): number {
    const { scope, source, quantifier, sensitive } = requirement
    const capability = 'capability' in scope ? scope.capability : ''
    const key = JSON.stringify([scope.kind, capability, source && this.#identity(source), quantifier, sensitive])
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.list.push(requirement)
    this.#numbers.set(key, number)
    return number
  }

  #identity(source: ScopeSource): number {
    const known = this.#identities.get(source)
    if (known !== undefined) return known
    this.#identities.set(source, this.#identities.size)
    return this.#identities.size - 1
  }
}

/** Why a caller has nothing that is guarded, whatever its scope: nobody, or disabled. */
export const refusedCaller = (principal: Principal, access: Access | undefined): CataloguedError | undefined => {
  if (principal.kind === 'anonymous') return catalogued('UNAUTHENTICATED')
  const caller = access?.decide({ kind: 'self' })
  if (!caller || caller.allowed) return undefined
  return caller.code === 'UNAUTHENTICATED' || caller.code === 'ACTOR_DISABLED' ? denialError(caller) : undefined
}

/** Reads what arguments carry, each of them once, and each id parsed once, for one request. */
export type ReadIds = (source: ScopeSource) => Result<readonly IdText[], 'INVALID_ID'>

export const idsReader = (variables: CoercedVariables): ReadIds => {
  const known = new Map<ScopeSource, ReturnType<ReadIds>>()
  return (source) => {
    const present = known.get(source)
    if (present) return present
    const texts = source.read(variables)
    const ids = texts.ok ? ok(texts.value.map(parsedOrText)) : texts
    known.set(source, ids)
    return ids
  }
}

const parsedOrText = (text: string): IdText => {
  const id = parseAnyId(text)
  return id.ok ? id.value : text
}

/** Decides one requirement; undefined where it is met. */
export const decideRequirement = (
  { scope, source, quantifier, sensitive }: Requirement,
  readIds: ReadIds,
  access: Access,
  clock: Clock,
): CataloguedError | undefined => {
  const stepUp = stepUpOf({ sensitive }, clock)
  const decide = (id: IdText | undefined, argument: string): CataloguedError | undefined => {
    const verdict = verdictOf(scope, id, access, stepUp)
    return verdict.allowed ? undefined : errorOf(verdict, argument)
  }
  if (!source) return decide(undefined, 'id')
  const { argument } = source
  const ids = readIds(source)
  if (quantifier === 'named') {
    const [id] = ids.ok ? ids.value : []
    return id === undefined ? undefined : decideNamed(scope, id, decide, argument)
  }
  if (!ids.ok) return catalogued(ids.error, { argument })
  let first: CataloguedError | undefined
  for (const id of ids.value) {
    const denial = decide(id, argument)
    // All are needed of the argument's own field, one of what is selected below it.
    if ((denial !== undefined) === (quantifier === 'each')) return denial
    first ??= denial
  }
  return first
}

/** What owns the things of a rule, as their ids say it. */
const OWNER_OF = {
  project: 'project',
  organization: 'organization',
  self: 'user',
  platform: 'platform',
} as const satisfies Record<GuardedRule['kind'], string>

const SELF_OWNED: Readonly<Record<string, string>> = { prj: 'project', org: 'organization', usr: 'user' }

/** An id that does not say what it belongs to leaves the decision to the thing itself. */
const decideNamed = (
  scope: GuardedRule,
  id: IdText,
  decide: (id: IdText, argument: string) => CataloguedError | undefined,
  argument: string,
): CataloguedError | undefined => {
  if (typeof id === 'string') return undefined
  const { prefix } = id
  const owner = SELF_OWNED[prefix] ?? ID_KINDS[prefix]
  return owner === OWNER_OF[scope.kind] ? decide(id, argument) : catalogued('INVALID_ID', { argument })
}
