import { isDeepStrictEqual } from 'node:util'
import { argumentsOf } from '../../directives/links.ts'
import type { Coordinate, Rule } from '../../directives/rule.ts'
import { contributesField, contributesObject, isEntity, isInterfaceObject } from './contributions.ts'
import type { Finding } from './finding.ts'
import { supergraphName, type GraphView } from './graph-view.ts'
import type { TypeView } from './type-views.ts'

/** A rule as it stands in the supergraph: under its names, and the default of an object's scope written out. */
const inSupergraph = (view: GraphView, rule: Rule): Rule => {
  const [type = '', field] = rule.coordinate.split('.')
  const name = supergraphName(view, type)
  if (field !== undefined) return { ...rule, coordinate: `${name}.${field}` }
  const scopes = rule.scopes.map((scope) => ('path' in scope ? { ...scope, path: scope.path ?? ['id'] } : scope))
  return { ...rule, coordinate: name, scopes }
}

const rulesInSupergraph = (view: GraphView): ReadonlyMap<Coordinate, Rule> =>
  new Map([...view.rules.values()].map((rule) => inSupergraph(view, rule)).map((rule) => [rule.coordinate, rule]))

/** Whether the subgraph's own lint asks for a rule here, so that its absence has been said. */
const isDemanded = (view: GraphView, type: TypeView, field: string | undefined): boolean =>
  field === undefined
    ? isEntity(view, type) || type.fields.has('id')
    : view.roots.has(type.name) || isInterfaceObject(view, type)

/** The coordinates that a subgraph contributes, by their names in the supergraph. */
const contributions = (view: GraphView): ReadonlyMap<Coordinate, { readonly isDemanded: boolean }> =>
  new Map(
    [...view.types.values()].flatMap((type) => {
      const name = supergraphName(view, type.name)
      const fields = [...type.fields.keys()]
        .filter((field) => contributesField(view, type, field))
        .map((field) => [`${name}.${field}`, { isDemanded: isDemanded(view, type, field) }] as const)
      const isObject = contributesObject(view, type) && !view.roots.has(type.name)
      return isObject ? [[name, { isDemanded: isDemanded(view, type, undefined) }] as const, ...fields] : fields
    }),
  )

/** The subgraphs that a field was taken over from, by the field's coordinate in the supergraph. */
const overrides = (view: GraphView): ReadonlyMap<Coordinate, string> => {
  const name = view.federationName('override')
  return new Map(
    [...view.types.values()].flatMap((type) =>
      [...type.fields].flatMap(([field, { directives = [] }]) => {
        const override = directives.find((directive) => directive.name.value === name)
        const from = override === undefined ? undefined : argumentsOf(override).get('from')
        return typeof from === 'string' ? [[`${supergraphName(view, type.name)}.${field}`, from] as const] : []
      }),
    ),
  )
}

/** Subgraphs that contribute one coordinate give it one rule: each must be safe alone. */
export const lintAgreement = (subgraphs: ReadonlyMap<string, GraphView>): readonly Finding[] => {
  const rules = new Map([...subgraphs].map(([subgraph, view]) => [subgraph, rulesInSupergraph(view)]))
  const first = new Map<Coordinate, readonly [subgraph: string, rule: Rule]>()
  for (const [subgraph, own] of rules)
    for (const [coordinate, rule] of own) if (!first.has(coordinate)) first.set(coordinate, [subgraph, rule])

  return [...subgraphs].flatMap(([subgraph, view]) => {
    const own = rules.get(subgraph)
    const contributed = contributions(view)
    const taken = overrides(view)
    return [...first].flatMap(([coordinate, [other, rule]]): readonly Finding[] => {
      const mine = own?.get(coordinate)
      if (mine !== undefined) {
        if (isDeepStrictEqual(mine, rule)) return []
        const message = `The subgraphs "${other}" and "${subgraph}" give it different rules: make them the same.`
        return [{ coordinate, rule: 'rule-differs', message }]
      }
      const contribution = contributed.get(coordinate)
      const from = taken.get(coordinate)
      if (from !== undefined && rules.get(from)?.has(coordinate) === true) {
        const message = `The subgraph "${subgraph}" takes it over from "${from}" by @override and drops its rule: repeat the rule there.`
        return [{ coordinate, rule: 'override-drops-rule', message }]
      }
      if (contribution === undefined || contribution.isDemanded) return []
      const message = `The subgraph "${other}" gives it a rule, and "${subgraph}" contributes it without one: repeat the rule there.`
      return [{ coordinate, rule: 'rule-differs', message }]
    })
  })
}

/** Where a rule of a subgraph stands in the supergraph: a field of an interface object on each implementation. */
const placesInSupergraph = (view: GraphView, supergraph: GraphView, coordinate: Coordinate): readonly Coordinate[] => {
  const [type = '', field = ''] = coordinate.split('.')
  const owner = view.types.get(type)
  if (owner === undefined || !isInterfaceObject(view, owner)) return [coordinate]
  return [...supergraph.types.values()]
    .filter(({ kind, interfaces }) => kind === 'object' && interfaces.has(type))
    .map(({ name }) => `${name}.${field}`)
}

/** What a rule of a subgraph protected is protected in the supergraph, by the same rule. */
export const lintNothingLost = (
  subgraphs: ReadonlyMap<string, GraphView>,
  supergraph: GraphView,
): readonly Finding[] => {
  const composed = rulesInSupergraph(supergraph)
  return [...subgraphs].flatMap(([subgraph, view]) =>
    [...rulesInSupergraph(view).values()].flatMap((rule) =>
      placesInSupergraph(view, supergraph, rule.coordinate)
        .filter((coordinate) => !isDeepStrictEqual(composed.get(coordinate), { ...rule, coordinate }))
        .map((coordinate) => ({
          coordinate,
          rule: 'rule-lost',
          message: `The rule of the subgraph "${subgraph}" did not reach the supergraph as it stands: compose the directive under one name, and let no other subgraph define the field without it.`,
        })),
    ),
  )
}
