import { Kind, type DocumentNode } from 'graphql'
import { contextArgumentsOf, type ContextArgument } from './context-arguments.ts'
import { argumentOf, graphOf, isTypeDefinition, namedType, typesIn, type Types } from './join-directives.ts'
import { membersIn } from './subgraph-part.ts'

/** Who is told what by whom, and the types that say where an operation leads. */
export interface Contexts {
  /** What a field of an object is told by the subgraph that answers it (a value of `join__Graph`), or by any. */
  readonly toldTo: (type: string, field: string, graph?: string) => readonly ContextArgument[]
  /** The types that set a context, as they declare it. */
  readonly settersOf: (context: string) => readonly string[]
  readonly isUnion: (type: string) => boolean
  /** The objects of a type; itself where it is one. */
  readonly objectsOf: (type: string) => readonly string[]
  readonly fieldType: (type: string, field: string) => string | undefined
  readonly rootType: (operation: string) => string | undefined
}

/** How an operation is told of contexts. */
export interface Telling {
  readonly contexts: Contexts
  /** The field that stands for contexts (`toldFields`). */
  readonly standIn: string
  /** The name of a field that the planner knows by another. */
  readonly fieldOf: (name: string) => string
  /** What a subgraph, by its name for the planner, is to be told for a field. */
  readonly toldTo: (subgraph: string, type: string, field: string) => readonly ContextArgument[]
}

/** `types` are the composite ones as the planner knows them; the document is the supergraph as it was given. */
export const contextsIn = (given: DocumentNode, types: Types): Contexts => {
  const told = new Map<string, Map<string, readonly ContextArgument[]>>()
  for (const [type, { fields = [] }] of typesIn(given.definitions))
    for (const { name, directives = [] } of fields)
      for (const join of directives) {
        const own = contextArgumentsOf(join)
        if (own.length === 0) continue
        const coordinate = `${type}.${name.value}`
        told.set(coordinate, new Map([...(told.get(coordinate) ?? []), [graphOf(join), own]]))
      }
  const setters = new Map<string, string[]>()
  const roots = new Map<string, string>()
  for (const node of given.definitions) {
    if (node.kind === Kind.SCHEMA_DEFINITION)
      for (const { operation, type } of node.operationTypes) roots.set(operation, type.name.value)
    if (!isTypeDefinition(node) && node.kind !== Kind.UNION_TYPE_DEFINITION) continue
    for (const directive of node.directives ?? []) {
      const context = directive.name.value === 'context' ? argumentOf(directive, 'name') : undefined
      if (context?.kind === Kind.STRING)
        setters.set(context.value, [...(setters.get(context.value) ?? []), node.name.value])
    }
  }
  const members = membersIn(given.definitions, types)
  const isObject = (type: string): boolean => types.get(type)?.kind === Kind.OBJECT_TYPE_DEFINITION
  const fieldOf = (type: string, name: string) => types.get(type)?.fields?.find((field) => field.name.value === name)
  return {
    toldTo: (type, field, graph) => {
      const byGraph = told.get(`${type}.${field}`)
      return graph === undefined ? [...(byGraph?.values() ?? [])].flat() : (byGraph?.get(graph) ?? [])
    },
    settersOf: (context) => setters.get(context) ?? [],
    isUnion: (type) => !types.has(type),
    objectsOf: (type) => (isObject(type) ? [type] : members(type).filter(isObject)),
    fieldType: (type, field) => {
      const definition = fieldOf(type, field)
      return definition && namedType(definition.type)
    },
    rootType: (operation) => roots.get(operation),
  }
}
