import type { Finding } from './finding.ts'
import { hasDirective, namedType, supergraphName, type GraphView } from './graph-view.ts'
import type { TypeView } from './type-views.ts'
import type { MergedGraph } from './merged-graph.ts'
import { contributesField } from './contributions.ts'

/** Each field that clients see and that has no guard of its own, with the type that it returns. */
const openFields = (view: GraphView, graph: MergedGraph, type: TypeView): readonly (readonly [string, string])[] =>
  [...type.fields.values()]
    .filter(({ name }) => name.value !== 'id' && contributesField(view, type, name.value))
    .filter((field) => !hasDirective(field, view.federationName('inaccessible')))
    .filter((field) => !isGuarded(graph, supergraphName(view, type.name), field.name.value))
    .map((field) => [field.name.value, namedType(field.type).name.value])

const isGuarded = (graph: MergedGraph, type: string, field: string): boolean =>
  graph.fieldRules(type, field).some(({ scopes }) => scopes.some(({ kind }) => kind !== 'public'))

/**
 * A guard on a field that clients cannot ask for protects nothing when a field beside it hands out the same type
 * unguarded. It may be meant so: a warning.
 */
export const lintTwins = (views: Iterable<GraphView>, graph: MergedGraph): readonly Finding[] => {
  const all = [...views]
  const open = Map.groupBy(
    all.flatMap((view) =>
      [...view.types.values()].flatMap((type) =>
        openFields(view, graph, type).map(([field, returns]) => ({
          type: supergraphName(view, type.name),
          field,
          returns,
        })),
      ),
    ),
    ({ type, returns }) => JSON.stringify([type, returns]),
  )
  return all.flatMap((view) =>
    [...view.types.values()].flatMap((type) => {
      const name = supergraphName(view, type.name)
      return [...type.fields.values()]
        .filter((field) => hasDirective(field, view.federationName('inaccessible')))
        .filter((field) => isGuarded(graph, name, field.name.value))
        .flatMap((field): readonly Finding[] => {
          const twins = open.get(JSON.stringify([name, namedType(field.type).name.value])) ?? []
          const twin = twins.find((candidate) => candidate.field !== field.name.value)
          if (twin === undefined) return []
          const message = `It is @inaccessible and guarded, and ${name}.${twin.field} beside it returns ${twin.returns} without a guard of its own: guard that, too, if both hand out the same.`
          return [{ coordinate: `${type.name}.${field.name.value}`, rule: 'inaccessible-twin', message }]
        })
    }),
  )
}
