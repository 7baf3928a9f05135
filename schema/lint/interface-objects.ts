import { argumentsOf } from '../../directives/links.ts'
import type { Finding } from './finding.ts'
import type { GraphView } from './graph-view.ts'
import type { TypeView } from './type-views.ts'

/** The subgraphs in which an interface of a supergraph is an `@interfaceObject`. */
const objectGraphs = (type: TypeView): readonly unknown[] =>
  type.directives
    .filter(({ name }) => name.value === 'join__type')
    .map(argumentsOf)
    .filter((join) => join.get('isInterfaceObject') === true)
    .map((join) => join.get('graph'))

/** The subgraphs that a field is from; empty where all of them have it. */
const fieldGraphs = (type: TypeView, field: string): readonly unknown[] =>
  (type.fields.get(field)?.directives ?? [])
    .filter(({ name }) => name.value === 'join__field')
    .map((join) => argumentsOf(join).get('graph'))

/** In a supergraph the rule of a field that an interface object adds stands on the interface, and on every copy. */
export const isAddedByInterfaceObject = (type: TypeView, field: string): boolean => {
  const objects = objectGraphs(type)
  const graphs = fieldGraphs(type, field)
  return objects.length > 0 && (graphs.length === 0 || graphs.some((graph) => objects.includes(graph)))
}

/** Every copy, on an implementation, of what an interface object adds has the rule that stands on the interface. */
export const lintInterfaceObjects = (view: GraphView): readonly Finding[] =>
  [...view.types.values()].flatMap((type) => {
    const objects = objectGraphs(type)
    const implementations = [...view.types.values()].filter(
      ({ kind, interfaces }) => kind === 'object' && interfaces.has(type.name),
    )
    return [...type.fields.keys()]
      .filter((field) => {
        const graphs = fieldGraphs(type, field)
        return graphs.length > 0 && graphs.every((graph) => objects.includes(graph))
      })
      .flatMap((field) => implementations.map(({ name }) => `${name}.${field}`))
      .filter((coordinate) => (view.rules.get(coordinate)?.scopes.length ?? 0) === 0)
      .map((coordinate) => ({
        coordinate,
        rule: 'scope-rule-missing',
        message: `An interface object adds this field to ${type.name}, and no scope rule stands on it: give the field of the interface object one, and compose the directive.`,
      }))
  })
