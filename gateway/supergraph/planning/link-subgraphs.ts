import { Kind, type DefinitionNode, type DocumentNode } from 'graphql'
import { chainLinks, type ChainLink } from './chain-links.ts'
import { graphsOf } from './graph-names.ts'
import { interfaceObjectsIn } from './interface-objects.ts'
import { isTypeDefinition, typesIn, type Types } from './join-directives.ts'
import { copied, typeWith, type LinkSubgraph } from './link-joins.ts'
import { withObjects, type StandingObjects } from './standing-objects.ts'
import { membersIn, partWithFields, type Kinds } from './subgraph-part.ts'
import { withoutLeftovers } from './leftover-externals.ts'

/** A supergraph with subgraphs for the links of chains, and whose they are. */
export interface LinkSubgraphs {
  readonly document: DocumentNode
  /** By the names of those that were added. */
  readonly originals: ReadonlyMap<string, string>
  /** By the names of those that were added for an interface object: the objects that stand for it there. */
  readonly standing: ReadonlyMap<string, StandingObjects>
}

/**
 * The planner (2.14) loses links of a chain of requirements that leads back into a subgraph that it has left. Every link
 * between two others is planned as one of a subgraph of its own, of all links of that depth: such a chain never comes back.
 * So are `others`, fields that nothing has.
 *
 * Of an interface object it plans few requirements right. All of them are fields of the interface's objects there.
 */
export const linkSubgraphs = (document: DocumentNode, others: readonly ChainLink[] = []): LinkSubgraphs => {
  const types: Types = typesIn(document.definitions)
  const members = membersIn(document.definitions, types)
  const links = [...chainLinks(types, members), ...others]
  if (links.length === 0) return { document, originals: new Map(), standing: new Map() }
  const kinds: Kinds = { members, interfaceObjects: interfaceObjectsIn(types) }
  const added = [...Map.groupBy(links, graphNameOf)].map(([graph, own]): LinkSubgraph => {
    const [first] = own
    const of = first?.graph ?? ''
    const coordinates = new Set(own.map(({ type, field }) => `${type}.${field}`))
    const subgraph = { graph, of, links: coordinates, part: partWithFields(own, of, types, kinds) }
    return first?.isOfInterfaceObject === true ? withObjects(subgraph, first.type, types) : subgraph
  })
  const definitions = withoutLeftovers(
    document.definitions.map((node) => withSubgraphs(node, added, types)),
    new Set(added.flatMap(({ of, graph, standing }) => (standing ? [of, graph] : [of]))),
  )
  const linked = { ...document, definitions }
  const names = [...graphsOf(linked)]
  const nameOf = (graph: string): string => names.find(([, value]) => value === graph)?.[0] ?? ''
  return {
    document: linked,
    originals: new Map(added.map(({ graph, of }) => [nameOf(graph), nameOf(of)])),
    standing: new Map(added.flatMap(({ graph, standing }) => (standing ? [[nameOf(graph), standing] as const] : []))),
  }
}

const graphNameOf = ({ graph, depth, type, isOfInterfaceObject }: ChainLink): string =>
  `${graph}__LINK_${String(depth)}${isOfInterfaceObject ? `_${type}` : ''}`

const withSubgraphs = (node: DefinitionNode, added: readonly LinkSubgraph[], types: Types): DefinitionNode => {
  if (isTypeDefinition(node)) return typeWith(node, added, types)
  switch (node.kind) {
    case Kind.UNION_TYPE_DEFINITION:
      return copied(
        node,
        added.filter(({ part }) => part.has(node.name.value)),
      )
    case Kind.ENUM_TYPE_DEFINITION:
      if (node.name.value === 'join__Graph')
        return { ...node, values: [...(node.values ?? []), ...added.map((one) => graphValue(node, one))] }
      return { ...copied(node, added), values: node.values?.map((value) => copied(value, added)) ?? [] }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return { ...copied(node, added), fields: node.fields?.map((field) => copied(field, added)) ?? [] }
    case Kind.SCALAR_TYPE_DEFINITION:
      return copied(node, added)
    default:
      return node
  }
}

const graphValue = (
  node: Extract<DefinitionNode, { kind: Kind.ENUM_TYPE_DEFINITION }>,
  { graph, of }: LinkSubgraph,
) => {
  const original = node.values?.find((value) => value.name.value === of)
  return {
    kind: Kind.ENUM_VALUE_DEFINITION as const,
    name: { kind: Kind.NAME as const, value: graph },
    directives: (original?.directives ?? []).map((directive) => ({
      ...directive,
      arguments: (directive.arguments ?? []).map((given) =>
        given.name.value === 'name' && given.value.kind === Kind.STRING
          ? { ...given, value: { ...given.value, value: `${given.value.value}${graph.slice(of.length)}` } }
          : given,
      ),
    })),
  }
}
