import {
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type NamedTypeNode,
  type TypeNode,
} from 'graphql'
import { readLinks } from '../../directives/links.ts'
import { readDirectiveUses, readRules, type DirectiveUse } from '../../directives/read-rules.ts'
import type { Rules } from '../../directives/rule.ts'

export type TypeKind = 'object' | 'interface' | 'union' | 'enum' | 'input' | 'scalar'

/** A type with all its extensions folded in. */
export interface TypeView {
  readonly name: string
  readonly kind: TypeKind
  readonly isDescribed: boolean
  readonly directives: readonly ConstDirectiveNode[]
  readonly fields: ReadonlyMap<string, FieldDefinitionNode>
  readonly inputFields: ReadonlyMap<string, InputValueDefinitionNode>
  readonly values: ReadonlyMap<string, EnumValueDefinitionNode>
}

export type RootKind = 'query' | 'mutation' | 'subscription'

/** What lint asks of a subgraph or a supergraph. */
export interface GraphView {
  readonly document: DocumentNode
  readonly types: ReadonlyMap<string, TypeView>
  /** By the name of the root type. */
  readonly roots: ReadonlyMap<string, RootKind>
  readonly uses: readonly DirectiveUse[]
  readonly rules: Rules
  readonly directiveDefinitions: ReadonlyMap<string, DirectiveDefinitionNode>
  /** The name under which a directive of a linked specification stands here: `federationName('key')`. */
  readonly federationName: (directive: string) => string
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

type Named<T> = T & { readonly name: { readonly value: string } }
const byName = <T>(nodes: readonly Named<T>[]): Map<string, Named<T>> =>
  new Map(nodes.map((node) => [node.name.value, node]))

const isField = (node: FieldDefinitionNode | InputValueDefinitionNode): node is FieldDefinitionNode =>
  node.kind === Kind.FIELD_DEFINITION

const readTypes = (definitions: readonly DefinitionNode[]): ReadonlyMap<string, TypeView> => {
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
    })
  }
  return types
}

const readRoots = (document: DocumentNode): ReadonlyMap<string, RootKind> => {
  const declared = document.definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION ? (node.operationTypes ?? []) : [],
  )
  if (declared.length > 0) return new Map(declared.map(({ type, operation }) => [type.name.value, operation]))
  return new Map([
    ['Query', 'query'],
    ['Mutation', 'mutation'],
    ['Subscription', 'subscription'],
  ])
}

const FEDERATION_IDENTITY = 'https://specs.apollo.dev/federation'

export const viewGraph = (document: DocumentNode): GraphView => {
  const federation = readLinks(document).find(({ identity }) => identity === FEDERATION_IDENTITY)
  return {
    document,
    types: readTypes(document.definitions),
    roots: readRoots(document),
    uses: readDirectiveUses(document),
    rules: readRules(document),
    directiveDefinitions: byName(document.definitions.filter((node) => node.kind === Kind.DIRECTIVE_DEFINITION)),
    federationName: (directive) => {
      const imported = federation?.imports.get(`@${directive}`)?.slice(1)
      return imported ?? (federation === undefined ? directive : `${federation.namespace}__${directive}`)
    },
  }
}

/** The type behind lists and non-null marks. */
export const namedType = (type: TypeNode): NamedTypeNode =>
  type.kind === Kind.NAMED_TYPE ? type : namedType(type.type)

/** Object types of the graph itself, root types and federation's own machinery left out. */
export const plainObjects = ({ types, roots }: GraphView): readonly TypeView[] =>
  [...types.values()].filter(({ name, kind }) => kind === 'object' && !roots.has(name) && !isMachinery(name))

/** Names that the link, join and federation specifications own. */
export const isMachinery = (name: string): boolean => /^_|^(join|link|federation|core)__/.test(name)
