import {
  Kind,
  parse,
  print,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql'

export type TypeDefinition = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

export type Types = ReadonlyMap<string, TypeDefinition>

export const isTypeDefinition = (node: { readonly kind: Kind }): node is TypeDefinition =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION

export const typesIn = (definitions: readonly DefinitionNode[]): Types =>
  new Map(definitions.filter(isTypeDefinition).map((type) => [type.name.value, type]))

/** The names of the types that implement an interface. */
export const objectsOf = (type: string, types: Types): readonly string[] =>
  [...types.values()].flatMap(({ name, interfaces = [] }) =>
    interfaces.some((one) => one.name.value === type) ? [name.value] : [],
  )

export const argumentOf = (directive: ConstDirectiveNode, name: string): ConstValueNode | undefined =>
  directive.arguments?.find((argument) => argument.name.value === name)?.value

/** The subgraph that a directive of the join specification speaks of; the empty text where it is of all. */
export const graphOf = (directive: ConstDirectiveNode): string => {
  const graph = argumentOf(directive, 'graph')
  return graph?.kind === Kind.ENUM ? graph.value : ''
}

export const isExternal = (directive: ConstDirectiveNode): boolean => {
  const external = argumentOf(directive, 'external')
  return external?.kind === Kind.BOOLEAN && external.value
}

/** The field set of an argument: `key`, `requires`, `provides`. */
export const fieldSetOf = (directive: ConstDirectiveNode, argument: string): SelectionSetNode | undefined => {
  const text = argumentOf(directive, argument)
  if (text?.kind !== Kind.STRING) return undefined
  const [operation] = parse(`{${text.value}}`, { noLocation: true }).definitions
  return operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet : undefined
}

export const withFieldSet = (
  directive: ConstDirectiveNode,
  argument: string,
  set: SelectionSetNode,
): ConstDirectiveNode => ({
  ...directive,
  arguments: (directive.arguments ?? []).map((given) =>
    given.name.value === argument ? { ...given, value: { kind: Kind.STRING, value: printFieldSet(set) } } : given,
  ),
})

const printFieldSet = (set: SelectionSetNode): string =>
  print(set)
    .replaceAll(/^\{|\}$/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()

export const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)

/** Changes the fields of a field set, each with the type that it is of; fields of unknown types stay as they are. */
export const mapFields = (
  set: SelectionSetNode,
  parent: string,
  types: Types,
  change: (field: FieldNode, parent: string) => FieldNode,
): SelectionSetNode => ({
  ...set,
  selections: set.selections.map((selection) => {
    switch (selection.kind) {
      case Kind.FRAGMENT_SPREAD:
        return selection
      case Kind.INLINE_FRAGMENT: {
        const type = selection.typeCondition?.name.value ?? parent
        return { ...selection, selectionSet: mapFields(selection.selectionSet, type, types, change) }
      }
      case Kind.FIELD: {
        const definition = types.get(parent)?.fields?.find(({ name }) => name.value === selection.name.value)
        if (!definition) return selection
        const nested = selection.selectionSet
        return change(
          nested
            ? { ...selection, selectionSet: mapFields(nested, namedType(definition.type), types, change) }
            : selection,
          parent,
        )
      }
    }
  }),
})

/** Says that a subgraph has a field; without one that none has it, but for those that know the objects of its interface. */
export const joinField = (graph?: string): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'join__field' },
  arguments:
    graph === undefined
      ? []
      : [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'graph' }, value: { kind: Kind.ENUM, value: graph } }],
})
