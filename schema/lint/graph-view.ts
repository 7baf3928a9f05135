import {
  Kind,
  type ConstDirectiveNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type NamedTypeNode,
  type TypeNode,
} from 'graphql'
import { readLinks } from '../../directives/links.ts'
import { readDirectiveUses, readRules, type DirectiveUse } from '../../directives/read-rules.ts'
import type { Rules } from '../../directives/rule.ts'
import { readTypes, type TypeView } from './type-views.ts'

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
  /** The name under which a directive of federation stands here: `federationName('key')`. */
  readonly federationName: (directive: string) => string
}

const ROOT_NAMES = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const

const ROOT_KINDS: readonly RootKind[] = ['query', 'mutation', 'subscription']

const isKind = (operation: string, kind: RootKind): boolean => operation === kind

/** A type that has the usual name of a root counts as one unless another is declared: other subgraphs merge with it. */
const readRoots = (document: DocumentNode): ReadonlyMap<string, RootKind> => {
  const declared = document.definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION ? (node.operationTypes ?? []) : [],
  )
  return new Map(
    ROOT_KINDS.flatMap((kind) => {
      const own = declared.flatMap(({ operation, type }) => (isKind(operation, kind) ? [type.name.value] : []))
      return (own.length > 0 ? own : [ROOT_NAMES[kind]]).map((name) => [name, kind] as const)
    }),
  )
}

/** A name of this document as the supergraph has it, where root types have their usual names. */
export const supergraphName = ({ roots }: GraphView, type: string): string => {
  const kind = roots.get(type)
  return kind === undefined ? type : ROOT_NAMES[kind]
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
    directiveDefinitions: new Map(
      document.definitions.flatMap((node) =>
        node.kind === Kind.DIRECTIVE_DEFINITION ? [[node.name.value, node] as const] : [],
      ),
    ),
    federationName: (directive) => {
      const imported = federation?.imports.get(`@${directive}`)?.slice(1)
      return imported ?? (federation === undefined ? directive : `${federation.namespace}__${directive}`)
    },
  }
}

/** The type behind lists and non-null marks. */
export const namedType = (type: TypeNode): NamedTypeNode =>
  type.kind === Kind.NAMED_TYPE ? type : namedType(type.type)

/** Object types of the graph itself, root types left out. */
export const plainObjects = ({ types, roots }: GraphView): readonly TypeView[] =>
  [...types.values()].filter(({ name, kind }) => kind === 'object' && !roots.has(name) && name !== '_Service')

/** The fields that a client may ask of a root type: federation's own two are not among them. */
export const rootFields = (view: GraphView, root: string): readonly FieldDefinitionNode[] =>
  [...(view.types.get(root)?.fields.values() ?? [])].filter(({ name }) => !FEDERATION_FIELDS.has(name.value))

const FEDERATION_FIELDS = new Set(['_entities', '_service'])

export const hasDirective = (
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  name: string,
): boolean => node.directives?.some((directive) => directive.name.value === name) ?? false
