import { interfaceObjectsIn } from './interface-objects.ts'
import { fieldSetOf, graphOf, mapFields, namedType, objectsOf, type Types } from './join-directives.ts'
import type { Members } from './subgraph-part.ts'

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
 * The links of all chains of requirements, and of the types that have any the leaves at their ends: the planner (2.14) takes a
 * subgraph that requires a field for one that has it. What leads to other objects, and is required by nobody, stays where it is.
 * Work grows with the square of how many requirements hang together, however many ways lead from one to another.
 */
export const chainLinks = (types: Types, members: Members): readonly ChainLink[] => {
  const requirements = requirementsIn(types, members)
  const required = new Set(requirements.flatMap(({ needs }) => needs))
  const byField = Map.groupBy(
    requirements.flatMap((requirement) => requirement.coordinates.map((coordinate) => ({ coordinate, requirement }))),
    ({ coordinate }) => coordinate,
  )
  const answering = (coordinates: readonly string[]): ReadonlySet<Requirement> =>
    new Set(coordinates.flatMap((one) => (byField.get(one) ?? []).map(({ requirement }) => requirement)))
  const isLink = ({ coordinates, isOfInterfaceObject }: Requirement): boolean =>
    isOfInterfaceObject || coordinates.some((coordinate) => required.has(coordinate))
  const chained = new Set(requirements.filter(isLink).flatMap((link) => link.types))

  return requirements.flatMap((requirement) => {
    const { coordinates, isOfInterfaceObject, isLeaf, type, field, graph } = requirement
    if (!isLink(requirement) && !(isLeaf && chained.has(type))) return []
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
  /** The type, and where it is an interface all its objects. */
  readonly types: readonly string[]
  readonly isLeaf: boolean
  /** Of the field; where it is one of an interface object also those of all objects. */
  readonly coordinates: readonly string[]
  /** Coordinates of what it requires; of an interface's field those of all its objects. */
  readonly needs: readonly string[]
}

const requirementsIn = (types: Types, members: Members): readonly Requirement[] => {
  const isLeafType = (type: string): boolean => !types.has(type) && members(type).length === 0
  const interfaceObjects = interfaceObjectsIn(types)
  const coordinatesOf = (field: string, parent: string): readonly string[] =>
    [parent, ...objectsOf(parent, types)].map((of) => `${of}.${field}`)
  return [...types].flatMap(([type, { fields = [] }]) =>
    fields.flatMap(({ name: { value: field }, type: of, directives: joins = [] }) =>
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
        return [
          {
            ...{ type, field, graph, isOfInterfaceObject, coordinates, needs },
            ...{ types: [type, ...objectsOf(type, types)], isLeaf: isLeafType(namedType(of)) },
          },
        ]
      }),
    ),
  )
}
