import { defaultFieldResolver, type GraphQLField, type GraphQLFieldResolver, type GraphQLObjectType } from 'graphql'
import { accessOf, after, type Call, type MaybePromise } from './guard-context.ts'
import { scopeReader, type ValueGuard } from './guard-objects.ts'
import { scopeFieldOf, type Rule, type Rules, type ScopePath } from './rule.ts'
import { idsAt } from './scope-path.ts'
import { errorOf, isGuarded, verdictOf, type GuardedRule } from './verdict.ts'
import type { IdText } from '../platform/access/scope-ids.ts'
import type { Clock } from '../platform/clock/clock.ts'
import { catalogued } from '../platform/errors/catalogue.ts'

export type AnyField = GraphQLField<unknown, unknown>
type AnyResolver = GraphQLFieldResolver<unknown, unknown>

/** Undefined when the field may be resolved, else the error that it is denied with. */
export type FieldCheck = (source: unknown, values: unknown, call: Call, since?: Date) => MaybePromise<Error | undefined>

const checkArgument =
  (scope: GuardedRule, path: ScopePath): FieldCheck =>
  (_source, values, { context }, since) => {
    const access = accessOf(context)
    const argument = path.join('.')
    const ids = idsAt(values, path)
    if (!ids.ok) return catalogued(ids.error, { argument })
    for (const id of ids.value) {
      const verdict = verdictOf(scope, id, access, since)
      if (!verdict.allowed) return errorOf(verdict, argument)
    }
    return undefined
  }

const checkSource = (scope: GuardedRule, type: GraphQLObjectType, rules: Rules): FieldCheck => {
  const own = rules.get(type.name)?.scopes.find(({ kind }) => kind === scope.kind)
  const argument = scopeFieldOf(own)
  const carriesScope = scope.kind === 'project' || scope.kind === 'organization'
  const read: (source: unknown, call: Call) => MaybePromise<IdText | undefined> = carriesScope
    ? scopeReader(type, argument)
    : () => undefined
  return (source, _values, call, since) =>
    after(read(source, call), (id) => {
      const verdict = verdictOf(scope, id, accessOf(call.context), since)
      return verdict.allowed ? undefined : errorOf(verdict, argument)
    })
}

const checkScope = (scope: GuardedRule, type: GraphQLObjectType, rules: Rules): FieldCheck =>
  'path' in scope && scope.path !== undefined ? checkArgument(scope, scope.path) : checkSource(scope, type, rules)

/** The check of a field's own rule: all of its scopes are to be met, the first denial counts. */
export const fieldCheck = (type: GraphQLObjectType, rule: Rule, rules: Rules, clock: Clock): FieldCheck | undefined => {
  const checks = rule.scopes.filter(isGuarded).map((scope) => checkScope(scope, type, rules))
  if (checks.length === 0) return undefined
  const all: FieldCheck = (source, values, call, since) =>
    checks.reduce<MaybePromise<Error | undefined>>(
      (denied, check) => after(denied, (denial) => denial ?? check(source, values, call, since)),
      undefined,
    )
  if (rule.sensitive === undefined) return all
  const { maxAgeSeconds } = rule.sensitive
  return async (source, values, call) => {
    await accessOf(call.context).refresh()
    return all(source, values, call, new Date(clock.now().getTime() - maxAgeSeconds * 1_000))
  }
}

const guardResolver = (
  inner: AnyResolver,
  check: FieldCheck | undefined,
  guard: ValueGuard | undefined,
): AnyResolver => {
  return (source, values, context, info) => {
    const call: Call = { context, info }
    const run = () => {
      const value: unknown = inner(source, values, context, info)
      return guard === undefined ? value : guard(value, call)
    }
    if (check === undefined) return run()
    return after(check(source, values, call), (denial) => {
      if (denial !== undefined) throw denial
      return run()
    })
  }
}

/** Wraps a field: its own rule before its resolver, the rules of the objects it returns after it. */
export const guardField = (field: AnyField, check: FieldCheck | undefined, guard: ValueGuard | undefined): void => {
  if (check === undefined && guard === undefined) return
  field.resolve = guardResolver(field.resolve ?? defaultFieldResolver, check, guard)
  if (field.subscribe !== undefined) field.subscribe = guardResolver(field.subscribe, check, undefined)
}
