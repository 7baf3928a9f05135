import { Kind, type ConstDirectiveNode, type FieldDefinitionNode, type FieldNode } from 'graphql'
import { interfaceObjectsIn } from './interface-objects.ts'
import {
  fieldSetOf,
  graphOf,
  isExternal,
  mapFields,
  namedType,
  objectsOf,
  withFieldSet,
  type TypeDefinition,
  type Types,
} from './join-directives.ts'
import { requiredFieldNames } from './required-field-names.ts'
import type { RequiredField } from './required-fields.ts'
import { hasField, interfacesIn } from './subgraph-part.ts'

export interface NamedRequirements {
  readonly byName: ReadonlyMap<string, RequiredField>
  /** By `GRAPH Type.field`, the names of what it requires. */
  readonly namesOf: ReadonlyMap<string, ReadonlySet<string>>
  /** A type whose requirements ask for the named fields, which it has where they are asked of it. */
  readonly rewrite: (type: TypeDefinition) => TypeDefinition
}

/** Gives every field that is required with arguments a name of its own. */
export const nameRequirements = (types: Types): NamedRequirements => {
  const names = requiredFieldNames(types)
  const namesOf = new Map<string, ReadonlySet<string>>()
  /** By type and name: the field that it stands for, and the subgraphs that require it. */
  const added = new Map<string, Map<string, { readonly field: string; readonly graphs: Set<string> }>>()
  /** What field sets still mention by its own name, as `GRAPH Type.field`. */
  const mentioned = new Set<string>()

  const addTo = (type: string, name: string, field: string, graph?: string): void => {
    const fields = added.get(type) ?? new Map<string, { readonly field: string; readonly graphs: Set<string> }>()
    added.set(type, fields)
    const present = fields.get(name) ?? { field, graphs: new Set() }
    fields.set(name, present)
    if (graph !== undefined) present.graphs.add(graph)
    for (const object of objectsOf(type, types)) addTo(object, name, field, graph)
  }
  const interfaceObjects = interfaceObjectsIn(types)

  /** A field of an interface object, required of an object that it stands for, is one of both. */
  const add = (type: string, name: string, field: string, graph: string): void => {
    addTo(type, name, field, graph)
    for (const { name: of } of types.get(type)?.interfaces ?? [])
      if (interfaceObjects.isAny(of.value)) addTo(of.value, name, field)
  }

  /** Also without any, where it takes some: the caller may ask for it with others. */
  const takesArguments = (field: string, type: string): boolean =>
    types.get(type)?.fields?.some(({ name, arguments: own = [] }) => name.value === field && own.length > 0) === true

  const rename = (node: FieldNode, type: string, graph: string, used: Set<string>): FieldNode => {
    if (!node.arguments?.length && !takesArguments(node.name.value, type)) {
      mentioned.add(`${graph} ${type}.${node.name.value}`)
      return node
    }
    const name = names.of(node)
    used.add(name)
    add(type, name, node.name.value, graph)
    return { ...node, name: { kind: Kind.NAME, value: name }, arguments: [] }
  }

  const rewriteJoin = (join: ConstDirectiveNode, type: string, field: FieldDefinitionNode): ConstDirectiveNode => {
    const graph = graphOf(join)
    const used = new Set<string>()
    const rewritten = (['requires', 'provides'] as const).reduce((directive, argument) => {
      const set = fieldSetOf(directive, argument)
      const parent = argument === 'requires' ? type : namedType(field.type)
      return set
        ? withFieldSet(
            directive,
            argument,
            mapFields(set, parent, types, (node, of) => rename(node, of, graph, used)),
          )
        : directive
    }, join)
    if (used.size === 0) return join
    namesOf.set(`${graph} ${type}.${field.name.value}`, used)
    return rewritten
  }

  for (const [type, { directives = [] }] of types)
    for (const join of directives) {
      const key = fieldSetOf(join, 'key')
      if (key) mapFields(key, type, types, (node, of) => rename(node, of, graphOf(join), new Set()))
    }

  const fields = new Map(
    [...types].map(([type, { fields: own = [] }]) => [
      type,
      own.map((field) => ({
        ...field,
        directives: (field.directives ?? []).map((join) =>
          join.name.value === 'join__field' ? rewriteJoin(join, type, field) : join,
        ),
      })),
    ]),
  )

  const rewrite = (type: TypeDefinition): TypeDefinition => {
    const name = type.name.value
    const own = fields.get(name) ?? []
    const more = [...(added.get(name) ?? [])]
    if (more.length === 0) return { ...type, fields: own }
    const isReplaced = (field: string, graph: string): boolean =>
      !mentioned.has(`${graph} ${name}.${field}`) && more.some(([, of]) => of.field === field && of.graphs.has(graph))
    /** What an interface promises in a subgraph, its objects have there. */
    const isPromised = (field: string, graph: string, as: string): boolean =>
      interfacesIn(graph, type).some(
        (of) => hasField(types, graph, of, field) && (as === field || added.get(of)?.has(as) === true),
      )
    return {
      ...type,
      fields: [
        ...own.map((field) => {
          const { value: as } = field.name
          return withJoins(field, (graph) => !isReplaced(as, graph) || isPromised(as, graph, as))
        }),
        ...more.flatMap(([as, { field: of, graphs }]) => {
          const original = own.find((field) => field.name.value === of)
          const copy = original && { ...original, name: { kind: Kind.NAME as const, value: as }, arguments: [] }
          return copy ? [withJoins(copy, (graph) => graphs.has(graph) || isPromised(of, graph, as))] : []
        }),
      ],
    }
  }

  return { byName: names.byName, namesOf, rewrite }
}

/** An external field that nothing mentions would be refused: it is external for the subgraphs that `keeps` says alone. */
const withJoins = (field: FieldDefinitionNode, keeps: (graph: string) => boolean): FieldDefinitionNode => ({
  ...field,
  directives: (field.directives ?? []).filter((join) => !isExternal(join) || keeps(graphOf(join))),
})
