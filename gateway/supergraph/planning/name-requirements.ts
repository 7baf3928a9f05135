import { Kind, print, type ConstDirectiveNode, type FieldDefinitionNode, type FieldNode } from 'graphql'
import {
  fieldSetOf,
  graphOf,
  isExternal,
  mapFields,
  namedType,
  withFieldSet,
  type TypeDefinition,
  type Types,
} from './join-directives.ts'
import type { RequiredField } from './required-fields.ts'

export interface NamedRequirements {
  readonly byName: ReadonlyMap<string, RequiredField>
  /** By `GRAPH Type.field`, the names of what it requires. */
  readonly namesOf: ReadonlyMap<string, ReadonlySet<string>>
  /** A type whose requirements ask for the named fields, which it has where they are asked of it. */
  readonly rewrite: (type: TypeDefinition) => TypeDefinition
}

/** Gives every field that is required with arguments a name of its own. */
export const nameRequirements = (types: Types): NamedRequirements => {
  const names = fieldNames(types)
  const namesOf = new Map<string, ReadonlySet<string>>()
  /** By type and name: the field that it stands for, and the subgraphs that require it. */
  const added = new Map<string, Map<string, { readonly field: string; readonly graphs: Set<string> }>>()
  /** What field sets still mention by its own name, as `GRAPH Type.field`. */
  const mentioned = new Set<string>()

  const add = (type: string, name: string, field: string, graph: string): void => {
    const fields = added.get(type) ?? new Map<string, { readonly field: string; readonly graphs: Set<string> }>()
    added.set(type, fields)
    const present = fields.get(name) ?? { field, graphs: new Set() }
    fields.set(name, present)
    present.graphs.add(graph)
    if (types.get(type)?.kind !== Kind.INTERFACE_TYPE_DEFINITION) return
    for (const { interfaces = [], name: implementing } of types.values())
      if (interfaces.some((each) => each.name.value === type)) add(implementing.value, name, field, graph)
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
    return {
      ...type,
      fields: [
        ...own.map((field) => withJoins(field, (graph) => !isReplaced(field.name.value, graph))),
        ...more.flatMap(([as, { field: of, graphs }]) => {
          const original = own.find((field) => field.name.value === of)
          const copy = original && { ...original, name: { kind: Kind.NAME as const, value: as }, arguments: [] }
          return copy ? [withJoins(copy, (graph) => graphs.has(graph))] : []
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

const fieldNames = (types: Types) => {
  const taken = new Set([...types.values()].flatMap(({ fields = [] }) => fields.map(({ name }) => name.value)))
  const byName = new Map<string, RequiredField>()
  const known = new Map<string, string>()
  return {
    byName,
    /** One name for the same field with the same arguments. */
    of: ({ kind, name, arguments: values = [] }: FieldNode): string => {
      const key = print({ kind, name, arguments: values })
      const present = known.get(key)
      if (present !== undefined) return present
      let unique = `${name.value}__required_${String(known.size + 1)}`
      while (taken.has(unique)) unique += '_'
      known.set(key, unique)
      byName.set(unique, { name: name.value, arguments: values })
      return unique
    },
  }
}
