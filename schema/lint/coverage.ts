import { isScopeRuleName } from '../../directives/definitions.ts'
import type { SiteKind } from '../../directives/directive-sites.ts'
import { contributesField, contributesObject, isEntity, isInterfaceObject } from './contributions.ts'
import type { Finding } from './finding.ts'
import { namedType, plainObjects, rootFields, type GraphView } from './graph-view.ts'
import { isAddedByInterfaceObject } from './interface-objects.ts'
import type { LintRuleId } from './rules.ts'

const hasScope = (view: GraphView, coordinate: string): boolean => (view.rules.get(coordinate)?.scopes.length ?? 0) > 0

const missing = (coordinate: string, what: string): Finding => ({
  coordinate,
  rule: 'scope-rule-missing',
  message: `${what} has no scope rule: add one of @projectScoped, @orgScoped, @selfScoped, @platformScoped or @public.`,
})

const lintRoots = (view: GraphView): readonly Finding[] =>
  [...view.roots].flatMap(([root, kind]) =>
    rootFields(view, root).flatMap(({ name, type }): readonly Finding[] => {
      const coordinate = `${root}.${name.value}`
      if (hasScope(view, coordinate)) return []
      const returned = namedType(type).name.value
      if (kind !== 'mutation' || !hasScope(view, returned)) return [missing(coordinate, 'A root field')]
      const message = `Only what it returns, ${returned}, is guarded, so that it would have run before it is denied: give the mutation a scope rule of its own.`
      return [{ coordinate, rule: 'mutation-guarded-by-result', message }]
    }),
  )

/** Deny by default, at build time: every root field, entity and object with an id says who may have it (R10). */
export const lintCoverage = (view: GraphView): readonly Finding[] => {
  const objects = plainObjects(view)
    .filter((type) => contributesObject(view, type) && (isEntity(view, type) || type.fields.has('id')))
    .filter(({ name }) => !hasScope(view, name))
    .map(({ name }) => missing(name, 'An entity or an object with an id'))
  const added = plainObjects(view)
    .filter((type) => isInterfaceObject(view, type))
    .flatMap((type) =>
      [...type.fields.keys()]
        .filter((field) => contributesField(view, type, field))
        .map((field) => `${type.name}.${field}`),
    )
    .filter((coordinate) => !hasScope(view, coordinate))
    .map((coordinate) => missing(coordinate, 'A field that an interface object adds'))
  return [...lintRoots(view), ...objects, ...added]
}

/** One coordinate, one scope rule, and never the same directive twice. */
export const lintMultiplicity = (view: GraphView): readonly Finding[] =>
  [...Map.groupBy(view.uses, ({ coordinate }) => coordinate)].flatMap(([coordinate, uses]): readonly Finding[] => {
    const scopes = uses.filter(({ directive }) => isScopeRuleName(directive))
    const repeated = [...Map.groupBy(uses, ({ directive }) => directive)].filter(([, same]) => same.length > 1)
    const several: Finding = {
      coordinate,
      rule: 'scope-rule-multiple',
      message: 'Several scope rules stand here: keep the one that is meant.',
    }
    return [
      ...(scopes.length > 1 ? [several] : []),
      ...repeated.map(([directive]): Finding => {
        const message = `@${directive} stands here more than once: keep one.`
        return { coordinate, rule: 'directive-repeated', message }
      }),
    ]
  })

const MISPLACED: Readonly<Record<Exclude<SiteKind, 'object'>, readonly [LintRuleId, string]>> = {
  interface: ['rule-on-interface', 'on an interface: put it on each object type that implements it, or on its field'],
  union: ['rule-on-union', 'on a union: put it on each of its members'],
  elsewhere: ['rule-misplaced', 'here: put it on an object type or a field of one'],
}

/** A rule on anything but an object or its field reads as a protection and is none. */
export const lintPlaces = (view: GraphView): readonly Finding[] =>
  view.uses.flatMap(({ coordinate, directive, type, field, on }): readonly Finding[] => {
    const owner = view.types.get(type)
    if (on === 'object') {
      if (field !== undefined || owner === undefined || !isInterfaceObject(view, owner)) return []
      const message = `@${directive} protects nothing on an interface object: put it on each field that ${type} adds.`
      return [{ coordinate, rule: 'rule-on-interface-object', message }]
    }
    const isAdded = owner !== undefined && field !== undefined && isAddedByInterfaceObject(owner, field)
    if (on === 'interface' && isAdded) return []
    const [rule, remedy] = MISPLACED[on]
    return [{ coordinate, rule, message: `@${directive} protects nothing ${remedy}.` }]
  })
