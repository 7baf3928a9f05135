import type { GraphQLField, GraphQLObjectType } from 'graphql'
import { denialOf, type FieldDenial } from './field-denial.ts'
import { accessOf, after, type Call, type MaybePromise } from './guard-context.ts'
import { scopeReader } from './guard-objects.ts'
import type { Rule, Rules, ScopePath } from './rule.ts'
import { idsAt } from './scope-path.ts'
import { carrierOf, guardsOf, isOwned } from './applied-rules.ts'
import { stepUpOf, verdictOf, type GuardedRule, type Verdict } from './verdict.ts'
import type { IdText } from '../platform/access/scope-ids.ts'
import type { StepUp } from '../platform/access/requirement.ts'
import type { Clock } from '../platform/clock/clock.ts'

export type AnyField = GraphQLField<unknown, unknown>

/** Undefined when the field may be resolved, else why it may not. */
export type FieldCheck = (source: unknown, values: unknown, call: Call) => MaybePromise<FieldDenial | undefined>

type ScopeCheck = (
  source: unknown,
  values: unknown,
  call: Call,
  stepUp: StepUp | undefined,
) => MaybePromise<FieldDenial | undefined>

const INVALID: Exclude<Verdict, { allowed: true }> = { allowed: false, code: 'INVALID_ID' }

const checkArgument =
  (scope: GuardedRule, path: ScopePath): ScopeCheck =>
  (_source, values, { context }, stepUp) => {
    const access = accessOf(context)
    const argument = path.join('.')
    const ids = idsAt(values, path)
    if (!ids.ok) return denialOf(INVALID, scope, undefined, access, argument)
    for (const id of ids.value) {
      const verdict = verdictOf(scope, id, access, stepUp)
      if (!verdict.allowed) return denialOf(verdict, scope, id, access, argument)
    }
    return undefined
  }

const checkSource = (scope: GuardedRule, type: GraphQLObjectType, rules: Rules): ScopeCheck => {
  const carrier = carrierOf(scope, rules.get(type.name))
  const argument = carrier ?? 'id'
  const read: (source: unknown, call: Call) => MaybePromise<IdText | undefined> =
    carrier !== undefined && isOwned(scope) ? scopeReader(type, carrier) : () => undefined
  return (source, _values, call, stepUp) =>
    after(read(source, call), (id) => {
      const access = accessOf(call.context)
      const verdict = verdictOf(scope, id, access, stepUp)
      return verdict.allowed ? undefined : denialOf(verdict, scope, id, access, argument)
    })
}

/** A path leads through the field's arguments where the rule is its own; that of its object names a field of it. */
const checkScope = (scope: GuardedRule, type: GraphQLObjectType, rule: Rule, rules: Rules): ScopeCheck =>
  'path' in scope && scope.path !== undefined && rule.scopes.includes(scope)
    ? checkArgument(scope, scope.path)
    : checkSource(scope, type, rules)

/**
 * The check of a field's own rule: all of its scopes are to be met, the first denial counts. That of a `@sensitive`
 * field reads the grants past every cache, once for each operation.
 */
export const fieldCheck = (type: GraphQLObjectType, rule: Rule, rules: Rules, clock: Clock): FieldCheck | undefined => {
  const checks = guardsOf(rule, rules.get(type.name)).map((scope) => checkScope(scope, type, rule, rules))
  if (checks.length === 0) return undefined
  const all: FieldCheck = (source, values, call) => {
    const stepUp = stepUpOf(rule, clock)
    return checks.reduce<MaybePromise<FieldDenial | undefined>>(
      (denied, check) => after(denied, (denial) => denial ?? check(source, values, call, stepUp)),
      undefined,
    )
  }
  if (rule.sensitive === undefined) return all
  return async (source, values, call) => {
    await accessOf(call.context).ensureFresh()
    return all(source, values, call)
  }
}
