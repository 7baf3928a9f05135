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

/**
 * The links of all chains of requirements, without their ends where these are fields of objects. Work grows with the square of
 * how many requirements hang together, however many ways lead from one to another.
 */
export const chainLinks = (types: Types): readonly ChainLink[] => {
  const requirements = requirementsIn(types)
  const required = new Set(requirements.flatMap(({ needs }) => needs))
  const byField = Map.groupBy(
    requirements.flatMap((requirement) => requirement.coordinates.map((coordinate) => ({ coordinate, requirement }))),
    ({ coordinate }) => coordinate,
  )
  const answering = (coordinates: readonly string[]): ReadonlySet<Requirement> =>
    new Set(coordinates.flatMap((one) => (byField.get(one) ?? []).map(({ requirement }) => requirement)))

  return requirements.flatMap((requirement) => {
    const { coordinates, isOfInterfaceObject, type, field, graph } = requirement
    const isRequired = coordinates.some((coordinate) => required.has(coordinate))
    if (!isRequired && !isOfInterfaceObject) return []
    return [{ type, field, graph, depth: depthOf(coordinates, answering), isOfInterfaceObject }]
  })
}

/** How many requirements lead to a field, on the longest way that does not come back to where it was: a circle ends there. */
const depthOf = (
  field: readonly string[],
  answering: (coordinates: readonly string[]) => ReadonlySet<Requirement>,
): number => {
  const known = new Map<Requirement, number>()
  const deepest = (coordinates: readonly string[]): number => Math.max(0, ...[...answering(coordinates)].map(way))
  const way = (requirement: Requirement): number => {
    const present = known.get(requirement)
    if (present !== undefined) return present
    known.set(requirement, 0)
    const { needs } = requirement
    const depth = needs.length === 0 ? 0 : 1 + deepest(needs)
    known.set(requirement, depth)
    return depth
  }
  return deepest(field)
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
