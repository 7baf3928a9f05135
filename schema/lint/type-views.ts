import {
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type ConstDirectiveNode,
  type DefinitionNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type NamedTypeNode,
} from 'graphql'

type TypeKind = 'object' | 'interface' | 'union' | 'enum' | 'input' | 'scalar'

/** A type with all its extensions folded in. */
export interface TypeView {
  readonly name: string
  readonly kind: TypeKind
  readonly isDescribed: boolean
  readonly directives: readonly ConstDirectiveNode[]
  readonly fields: ReadonlyMap<string, FieldDefinitionNode>
  readonly inputFields: ReadonlyMap<string, InputValueDefinitionNode>
  readonly values: ReadonlyMap<string, EnumValueDefinitionNode>
  /** The interfaces that an object or interface implements. */
  readonly interfaces: ReadonlySet<string>
  /** The members of a union. */
  readonly members: ReadonlySet<string>
}

const KINDS: ReadonlyMap<Kind, TypeKind> = new Map([
  [Kind.OBJECT_TYPE_DEFINITION, 'object'],
  [Kind.OBJECT_TYPE_EXTENSION, 'object'],
  [Kind.INTERFACE_TYPE_DEFINITION, 'interface'],
  [Kind.INTERFACE_TYPE_EXTENSION, 'interface'],
  [Kind.UNION_TYPE_DEFINITION, 'union'],
  [Kind.UNION_TYPE_EXTENSION, 'union'],
  [Kind.ENUM_TYPE_DEFINITION, 'enum'],
  [Kind.ENUM_TYPE_EXTENSION, 'enum'],
  [Kind.INPUT_OBJECT_TYPE_DEFINITION, 'input'],
  [Kind.INPUT_OBJECT_TYPE_EXTENSION, 'input'],
  [Kind.SCALAR_TYPE_DEFINITION, 'scalar'],
  [Kind.SCALAR_TYPE_EXTENSION, 'scalar'],
])

const names = (nodes: readonly NamedTypeNode[] = []): readonly string[] => nodes.map(({ name }) => name.value)

type Named<T> = T & { readonly name: { readonly value: string } }
const byName = <T>(nodes: readonly Named<T>[]): Map<string, Named<T>> =>
  new Map(nodes.map((node) => [node.name.value, node]))

const isField = (node: FieldDefinitionNode | InputValueDefinitionNode): node is FieldDefinitionNode =>
  node.kind === Kind.FIELD_DEFINITION

/** The types of a document, by name. */
export const readTypes = (definitions: readonly DefinitionNode[]): ReadonlyMap<string, TypeView> => {
  const types = new Map<string, TypeView>()
  for (const node of definitions) {
    if (!isTypeDefinitionNode(node) && !isTypeExtensionNode(node)) continue
    const kind = KINDS.get(node.kind)
    if (kind === undefined) continue
    const name = node.name.value
    const held = types.get(name)
    const members = 'fields' in node ? (node.fields ?? []) : []
    types.set(name, {
      name,
      kind: held?.kind ?? kind,
      // What an extension adds needs no description of the type itself, which another subgraph describes.
      isDescribed: (held?.isDescribed ?? false) || isTypeExtensionNode(node) || node.description !== undefined,
      directives: [...(held?.directives ?? []), ...(node.directives ?? [])],
      fields: new Map([...(held?.fields ?? []), ...byName(members.filter(isField))]),
      inputFields: new Map([
        ...(held?.inputFields ?? []),
        ...byName(members.filter((member): member is InputValueDefinitionNode => !isField(member))),
      ]),
      values: new Map([...(held?.values ?? []), ...byName('values' in node ? (node.values ?? []) : [])]),
      interfaces: new Set([...(held?.interfaces ?? []), ...names('interfaces' in node ? node.interfaces : [])]),
      members: new Set([...(held?.members ?? []), ...names('types' in node ? node.types : [])]),
    })
  }
  return types
}
