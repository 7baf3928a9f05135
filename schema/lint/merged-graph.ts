import type { Rule } from '../../directives/rule.ts'
import { namedType, supergraphName, type GraphView } from './graph-view.ts'
import type { TypeView } from './type-views.ts'

/** The subgraphs taken together, as far as following a selection needs: under the supergraph's names. */
export interface MergedGraph {
  /** The object types that a value of a type may have, and the type itself. */
  readonly possible: (type: string) => readonly string[]
  /** The fields of a type, each with the types that it returns. */
  readonly fields: (type: string) => ReadonlyMap<string, ReadonlySet<string>>
  /** The rules of an object, as each subgraph that knows it writes them. */
  readonly objectRules: (type: string) => readonly Rule[]
  /** The rules of a field, those of the interface objects that add it included. */
  readonly fieldRules: (type: string, field: string) => readonly Rule[]
}

type Grouped<T> = Map<string, Map<string, T>>

const into = <T>(grouped: Grouped<T>, key: string): Map<string, T> => {
  const group = grouped.get(key) ?? new Map<string, T>()
  grouped.set(key, group)
  return group
}

const add = <T>(sets: Map<string, Set<T>>, key: string, ...values: readonly T[]): void => {
  sets.set(key, new Set([...(sets.get(key) ?? []), ...values]))
}

export const mergeGraphs = (views: Iterable<GraphView>): MergedGraph => {
  const fields: Grouped<Set<string>> = new Map()
  const interfaces = new Map<string, Set<string>>()
  const concrete = new Map<string, Set<string>>()
  const rules = new Map<string, Rule[]>()

  const addType = (view: GraphView, type: TypeView): void => {
    const name = supergraphName(view, type.name)
    const own = into(fields, name)
    for (const [field, { type: returned }] of type.fields)
      add(own, field, supergraphName(view, namedType(returned).name.value))
    add(interfaces, name, ...type.interfaces)
    add(concrete, name, name, ...type.members)
    if (type.kind === 'object') for (const abstract of type.interfaces) add(concrete, abstract, name)
  }

  for (const view of views) {
    for (const type of view.types.values()) addType(view, type)
    for (const rule of view.rules.values()) {
      const [type = '', field] = rule.coordinate.split('.')
      const coordinate = [supergraphName(view, type), ...(field === undefined ? [] : [field])].join('.')
      rules.set(coordinate, [...(rules.get(coordinate) ?? []), rule])
    }
  }

  const at = (coordinate: string): readonly Rule[] => rules.get(coordinate) ?? []
  return {
    possible: (type) => [...(concrete.get(type) ?? [])],
    fields: (type) => fields.get(type) ?? new Map<string, Set<string>>(),
    objectRules: at,
    fieldRules: (type, field) => [type, ...(interfaces.get(type) ?? [])].flatMap((owner) => at(`${owner}.${field}`)),
  }
}
