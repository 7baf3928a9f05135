import { Kind, type DefinitionNode, type SelectionSetNode } from 'graphql'
import type { InterfaceObjects } from './interface-objects.ts'
import {
  argumentOf,
  fieldSetOf,
  graphOf,
  mapFields,
  namedType,
  objectsOf,
  type TypeDefinition,
  type Types,
} from './join-directives.ts'

/** What one subgraph has of the graph, or some of it: types by name, each with the names of its fields. */
export type SubgraphPart = ReadonlyMap<string, ReadonlySet<string>>

/** Which types are of which others: members of a union, objects of an interface. */
export type Members = (type: string) => readonly string[]

export const membersIn = (definitions: readonly DefinitionNode[], types: Types): Members => {
  const unions = new Map(
    definitions.flatMap((node) =>
      node.kind === Kind.UNION_TYPE_DEFINITION
        ? [[node.name.value, (node.types ?? []).map(({ name }) => name.value)] as const]
        : [],
    ),
  )
  return (type) => unions.get(type) ?? objectsOf(type, types)
}

/** Whether a subgraph has a field of a type that it has. */
export const hasField = (types: Types, graph: string, type: string, name: string): boolean => {
  const field = types.get(type)?.fields?.find((one) => one.name.value === name)
  const joins = (field?.directives ?? []).filter((join) => join.name.value === 'join__field')
  return field !== undefined && (joins.length === 0 || joins.some((join) => graphOf(join) === graph))
}

/** The interfaces that a type implements in a subgraph. */
export const interfacesIn = (graph: string, { directives = [] }: TypeDefinition): readonly string[] =>
  directives.flatMap((join) => {
    const named = argumentOf(join, 'interface')
    return join.name.value === 'join__implements' && graphOf(join) === graph && named?.kind === Kind.STRING
      ? [named.value]
      : []
  })

/** What is known of the types of a supergraph beside their definitions. */
export interface Kinds {
  readonly members: Members
  readonly interfaceObjects: InterfaceObjects
}

/**
 * The least of a subgraph with which some of its fields can be asked for: these, what they require, the keys of what
 * they belong to and lead to, and all of what has no key.
 */
export const partWithFields = (
  fields: readonly { readonly type: string; readonly field: string }[],
  graph: string,
  types: Types,
  { members, interfaceObjects }: Kinds,
): SubgraphPart => {
  const part = new Map<string, Set<string>>()

  const addType = (type: string): Set<string> => {
    const known = part.get(type)
    if (known) return known
    const added = new Set<string>()
    part.set(type, added)
    const keys = keySets(types, type, graph)
    for (const key of keys) addSet(key, type)
    const own = types.get(type)
    const isObject = own?.kind === Kind.OBJECT_TYPE_DEFINITION || interfaceObjects.has(graph, type)
    if (own && (keys.length === 0 || !isObject)) for (const { name } of own.fields ?? []) addField(type, name.value)
    for (const member of members(type)) if (isIn(types, member, graph)) addMember(member, type)
    return added
  }
  /** An object of an interface has its fields. */
  const addMember = (member: string, of: string): void => {
    addType(member)
    for (const { name } of types.get(of)?.fields ?? []) addField(member, name.value)
  }
  const addField = (type: string, name: string): void => {
    if (!hasField(types, graph, type, name)) return
    const added = addType(type)
    if (added.has(name)) return
    added.add(name)
    const field = types.get(type)?.fields?.find((one) => one.name.value === name)
    if (!field) return
    addType(namedType(field.type))
    for (const join of field.directives ?? []) {
      if (graphOf(join) !== graph) continue
      const [requires, provides] = [fieldSetOf(join, 'requires'), fieldSetOf(join, 'provides')]
      if (requires) addSet(requires, type)
      if (provides) addSet(provides, namedType(field.type))
    }
  }
  const addSet = (set: SelectionSetNode, type: string): void => {
    mapFields(set, type, types, (field, parent) => {
      addField(parent, field.name.value)
      return field
    })
  }

  for (const { type, field } of fields) addField(type, field)
  return part
}

const isIn = (types: Types, type: string, graph: string): boolean =>
  types.get(type)?.directives?.some((join) => join.name.value === 'join__type' && graphOf(join) === graph) === true

const keySets = (types: Types, type: string, graph: string): readonly SelectionSetNode[] =>
  (types.get(type)?.directives ?? []).flatMap((join) => {
    const key = join.name.value === 'join__type' && graphOf(join) === graph ? fieldSetOf(join, 'key') : undefined
    return key ? [key] : []
  })
