import { Kind, type ConstDirectiveNode, type FieldDefinitionNode } from 'graphql'
import { argumentOf, graphOf, type TypeDefinition } from './join-directives.ts'
import type { SubgraphPart } from './subgraph-part.ts'

/** A subgraph that the planner alone knows, for some links of chains. */
export interface LinkSubgraph {
  readonly graph: string
  /** The subgraph that it stands for. */
  readonly of: string
  /** Their coordinates. */
  readonly links: ReadonlySet<string>
  readonly part: SubgraphPart
}

interface Joined {
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

/** With what is said of a subgraph said of those that were made of it, too. */
export const copied = <Node extends Joined>(node: Node, added: readonly LinkSubgraph[]): Node => {
  const { directives = [] } = node
  const copies = added.flatMap((subgraph) =>
    directives
      .filter((join) => graphOf(join) === subgraph.of && implementsWithin(join, subgraph.part))
      .map((join) => withGraph(join, subgraph.graph)),
  )
  return copies.length === 0 ? node : { ...node, directives: [...directives, ...copies] }
}

/** Whether it names no interface, or one that is there as well. */
const implementsWithin = (join: ConstDirectiveNode, part: SubgraphPart): boolean => {
  const named = argumentOf(join, 'interface')
  return named?.kind !== Kind.STRING || part.has(named.value)
}

const withGraph = (join: ConstDirectiveNode, graph: string): ConstDirectiveNode => ({
  ...join,
  arguments: (join.arguments ?? []).map((given) =>
    given.name.value === 'graph' ? { ...given, value: { kind: Kind.ENUM, value: graph } } : given,
  ),
})

/** A type with its part in each of them; links are theirs alone. */
export const typeWith = (type: TypeDefinition, added: readonly LinkSubgraph[]): TypeDefinition => {
  const name = type.name.value
  const isRoot = name === 'Query'
  const having = added.filter(({ part }) => isRoot || part.has(name))
  if (having.length === 0) return type
  const graphs = (type.directives ?? []).filter((join) => join.name.value === 'join__type').map(graphOf)
  const present = copied(type, having)
  const fields = type.fields ?? []
  return { ...present, fields: fields.map((field) => fieldWith(field, type, new Set(graphs), having)) }
}

const fieldWith = (
  field: FieldDefinitionNode,
  type: TypeDefinition,
  graphs: ReadonlySet<string>,
  having: readonly LinkSubgraph[],
): FieldDefinitionNode => {
  const { directives = [] } = field
  const [typeName, name] = [type.name.value, field.name.value]
  const isInEvery = !directives.some((join) => join.name.value === 'join__field')
  const added = having.filter(({ part }) => part.get(typeName)?.has(name))
  const joins = isInEvery ? [...directives, ...[...graphs].map(joinField)] : directives
  const linking = added.filter(({ links }) => links.has(`${typeName}.${name}`))
  const isMoved = (graph: string): boolean =>
    linking.every((one) => one.graph !== graph) &&
    linking.some(({ of }) => of === graph || added.some((one) => one.graph === graph && one.of === of))
  return {
    ...field,
    // What interfaces promise, and others require, has to be there: as a field of others, whom the planner asks for it.
    directives: copied({ directives: joins }, added).directives.map((join) =>
      isMoved(graphOf(join)) ? asExternal(join) : join,
    ),
  }
}

const asExternal = (join: ConstDirectiveNode): ConstDirectiveNode => ({
  ...join,
  arguments: [
    ...(join.arguments ?? []).filter((given) => ['graph', 'type'].includes(given.name.value)),
    {
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: 'external' },
      value: { kind: Kind.BOOLEAN, value: true },
    },
  ],
})

const joinField = (graph: string): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'join__field' },
  arguments: [
    { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'graph' }, value: { kind: Kind.ENUM, value: graph } },
  ],
})
