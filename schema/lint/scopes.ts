import { Kind } from 'graphql'
import { scopeFieldOf, type Coordinate, type Rule, type ScopeRule } from '../../directives/rule.ts'
import type { Finding } from './finding.ts'
import type { GraphView } from './graph-view.ts'
import type { TypeView } from './type-views.ts'

/** One scope rule, with the node that it stands on. */
export interface PlacedScope {
  readonly coordinate: Coordinate
  readonly type: TypeView
  readonly field: string | undefined
  readonly scope: ScopeRule
  readonly rule: Rule
}

/** A scope that is read from an id. */
export type CarriedScope = Extract<ScopeRule, { path: unknown }>

export const carriesScope = (scope: ScopeRule): scope is CarriedScope => 'path' in scope

/** Every scope rule of a graph, in the order of the document. */
export const placedScopes = (view: GraphView): readonly PlacedScope[] =>
  [...view.rules.values()].flatMap((rule) => {
    const [typeName = '', field] = rule.coordinate.split('.')
    const type = view.types.get(typeName)
    return type === undefined
      ? []
      : rule.scopes.map((scope) => ({ coordinate: rule.coordinate, type, field, scope, rule }))
  })

/** The field of an object that a rule on the object is decided by; undefined where it asks for no scope. */
export const decidingField = (scope: ScopeRule): string | undefined =>
  carriesScope(scope) || scope.kind === 'self' ? scopeFieldOf(scope) : undefined

/** A capability that is not in the graph's enum is held by nobody: a typing mistake, not a protection. */
export const lintCapabilities = (view: GraphView): readonly Finding[] => {
  const enumType = view.types.get('Capability')
  const remedy =
    enumType?.kind === 'enum' ? 'is not in the enum Capability: add it there' : 'has no enum Capability: define it'
  return placedScopes(view).flatMap(({ coordinate, scope }): readonly Finding[] => {
    if (!('capability' in scope) || enumType?.values.has(scope.capability) === true) return []
    const message = `The capability "${scope.capability}" ${remedy}, or correct the rule.`
    return [{ coordinate, rule: 'capability-unknown', message }]
  })
}

/** Composition keeps of an enum that directives use what all subgraphs have that define it. */
export const lintCommonCapabilities = (subgraphs: ReadonlyMap<string, GraphView>): readonly Finding[] => {
  const enums = [...subgraphs].flatMap(([subgraph, { types }]) => {
    const type = types.get('Capability')
    return type?.kind === 'enum' ? [{ subgraph, values: type.values }] : []
  })
  return [...subgraphs.values()].flatMap((view) =>
    placedScopes(view).flatMap(({ coordinate, scope }): readonly Finding[] => {
      if (!('capability' in scope) || view.types.get('Capability')?.values.has(scope.capability) !== true) return []
      const lacking = enums.find(({ values }) => !values.has(scope.capability))
      if (lacking === undefined) return []
      const message = `The enum Capability of the subgraph "${lacking.subgraph}" lacks "${scope.capability}", and the supergraph keeps only what all have: add it there.`
      return [{ coordinate, rule: 'capability-unknown', message }]
    }),
  )
}

/** A denial never blanks what was allowed: a field guarded beyond its object can be null. */
export const lintNullability = (view: GraphView): readonly Finding[] =>
  [...view.rules.values()].flatMap((rule): readonly Finding[] => {
    const [typeName = '', field] = rule.coordinate.split('.')
    const type = field === undefined ? undefined : view.types.get(typeName)?.fields.get(field)?.type
    const isGuarded = rule.sensitive !== undefined || rule.scopes.some(({ kind }) => kind !== 'public')
    if (type?.kind !== Kind.NON_NULL_TYPE || !isGuarded) return []
    const message = 'A guarded field must be nullable, since a denial would blank what surrounds it: remove the "!".'
    return [{ coordinate: rule.coordinate, rule: 'guarded-non-null', message }]
  })
