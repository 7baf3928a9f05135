import { interfaceObjectsIn } from './interface-objects.ts'
import { fieldSetOf, graphOf, mapFields, objectsOf, type Types } from './join-directives.ts'

/** A field that requires something, and is required itself; of an interface object every one that requires something. */
export interface ChainLink {
  readonly type: string
  readonly field: string
  /** Of the subgraph that answers it. */
  readonly graph: string
  /** How many requirements lead to it, one behind the other. */
  readonly depth: number
  /** Whether the subgraph knows the type, an interface, as one object. */
  readonly isOfInterfaceObject: boolean
}

/** The links of all chains of requirements, without their ends where these are fields of objects. */
export const chainLinks = (types: Types): readonly ChainLink[] => {
  const requirements = requirementsIn(types)
  const required = new Set(requirements.flatMap(({ needs }) => needs))
  const byField = Map.groupBy(
    requirements.flatMap(({ coordinates, needs }) => coordinates.map((coordinate) => ({ coordinate, needs }))),
    ({ coordinate }) => coordinate,
  )
  const depthOf = (coordinate: string, above: ReadonlySet<string>): number => {
    if (above.has(coordinate)) return 0
    const needs = (byField.get(coordinate) ?? []).flatMap((one) => one.needs)
    return needs.length === 0 ? 0 : 1 + Math.max(...needs.map((need) => depthOf(need, new Set([...above, coordinate]))))
  }
  return requirements.flatMap(({ coordinates, isOfInterfaceObject, type, field, graph }) => {
    const isRequired = coordinates.some((coordinate) => required.has(coordinate))
    const depth = Math.max(...coordinates.map((coordinate) => depthOf(coordinate, new Set())))
    return isRequired || isOfInterfaceObject ? [{ type, field, graph, depth, isOfInterfaceObject }] : []
  })
}

interface Requirement extends Omit<ChainLink, 'depth'> {
  /** Of the field; where it is one of an interface object also those of all objects. */
  readonly coordinates: readonly string[]
  /** Coordinates of what it requires; of an interface's field those of all its objects. */
  readonly needs: readonly string[]
}

const requirementsIn = (types: Types): readonly Requirement[] => {
  const interfaceObjects = interfaceObjectsIn(types)
  const coordinatesOf = (field: string, parent: string): readonly string[] =>
    [parent, ...objectsOf(parent, types)].map((of) => `${of}.${field}`)
  return [...types].flatMap(([type, { fields = [] }]) =>
    fields.flatMap(({ name: { value: field }, directives: joins = [] }) =>
      joins.flatMap((join) => {
        const set = fieldSetOf(join, 'requires')
        const graph = graphOf(join)
        if (!set) return []
        const isOfInterfaceObject = interfaceObjects.has(graph, type)
        const coordinates = isOfInterfaceObject ? coordinatesOf(field, type) : [`${type}.${field}`]
        const needs: string[] = []
        mapFields(set, type, types, (one, parent) => {
          needs.push(...coordinatesOf(one.name.value, parent))
          return one
        })
        return [{ type, field, graph, isOfInterfaceObject, coordinates, needs }]
      }),
    ),
  )
}
