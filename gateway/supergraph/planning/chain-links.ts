import { Kind } from 'graphql'
import { argumentOf, fieldSetOf, graphOf, mapFields, objectsOf, type Types } from './join-directives.ts'

/** A field that requires something, and is required itself. */
export interface ChainLink {
  readonly type: string
  readonly field: string
  /** Of the subgraph that answers it. */
  readonly graph: string
  /** How many requirements lead to it, one behind the other. */
  readonly depth: number
}

/** The links of all chains of requirements, without their ends. */
export const chainLinks = (types: Types): readonly ChainLink[] => {
  const requirements = requirementsIn(types)
  const required = new Set(requirements.flatMap(({ needs }) => needs))
  const byField = Map.groupBy(requirements, ({ type, field }) => `${type}.${field}`)
  const depthOf = (coordinate: string, above: ReadonlySet<string>): number => {
    if (above.has(coordinate)) return 0
    const needs = (byField.get(coordinate) ?? []).flatMap((one) => one.needs)
    return needs.length === 0 ? 0 : 1 + Math.max(...needs.map((need) => depthOf(need, new Set([...above, coordinate]))))
  }
  return requirements
    .filter(({ type, field }) => required.has(`${type}.${field}`))
    .map(({ type, field, graph }) => ({ type, field, graph, depth: depthOf(`${type}.${field}`, new Set()) }))
}

interface Requirement {
  readonly type: string
  readonly field: string
  readonly graph: string
  /** Coordinates of what it requires; of an interface's field those of all its objects. */
  readonly needs: readonly string[]
}

const requirementsIn = (types: Types): readonly Requirement[] =>
  [...types].flatMap(([type, { fields = [], directives = [] }]) => {
    const asObject = new Set(
      directives.flatMap((join) => {
        const flag = argumentOf(join, 'isInterfaceObject')
        return flag?.kind === Kind.BOOLEAN && flag.value ? [graphOf(join)] : []
      }),
    )
    return fields.flatMap(({ name, directives: joins = [] }) =>
      joins.flatMap((join) => {
        const set = fieldSetOf(join, 'requires')
        const graph = graphOf(join)
        if (!set || asObject.has(graph)) return []
        const needs: string[] = []
        mapFields(set, type, types, (field, parent) => {
          needs.push(...[parent, ...objectsOf(parent, types)].map((of) => `${of}.${field.name.value}`))
          return field
        })
        return [{ type, field: name.value, graph, needs }]
      }),
    )
  })
