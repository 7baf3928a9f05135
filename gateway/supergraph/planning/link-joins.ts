import { Kind, type ConstArgumentNode, type ConstDirectiveNode, type FieldDefinitionNode } from 'graphql'
import { argumentOf, graphOf, joinField, type TypeDefinition, type Types } from './join-directives.ts'
import type { StandingObjects } from './standing-objects.ts'
import type { SubgraphPart } from './subgraph-part.ts'

/** A subgraph that the planner alone knows, for some links of chains. */
export interface LinkSubgraph {
  readonly graph: string
  /** The subgraph that it stands for. */
  readonly of: string
  /** Their coordinates. */
  readonly links: ReadonlySet<string>
  readonly part: SubgraphPart
  /** Where it is for an interface object: the objects that have its fields there. */
  readonly standing?: StandingObjects
}

interface Joined {
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

/** With what is said of a subgraph said of those that were made of it, too; of some of them, what is said of `others` there. */
export const copied = <Node extends Joined>(
  node: Node,
  added: readonly LinkSubgraph[],
  others: (subgraph: LinkSubgraph) => readonly ConstDirectiveNode[] | undefined = () => undefined,
): Node => {
  const { directives = [] } = node
  const copies = added.flatMap((subgraph) =>
    (others(subgraph) ?? directives)
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
export const typeWith = (type: TypeDefinition, added: readonly LinkSubgraph[], types: Types): TypeDefinition => {
  const name = type.name.value
  const isRoot = name === 'Query'
  const having = added.filter(({ part }) => isRoot || part.has(name))
  const standingFor = added.filter(({ standing }) => standing?.type === name)
  if (having.length === 0 && standingFor.length === 0) return type
  const asObject = ({ standing }: LinkSubgraph) =>
    standing?.objects.has(name) === true ? types.get(standing.type) : undefined
  const present = copied(type, having, (one) =>
    one.standing?.type === name ? type.directives?.map(unresolvable) : asObject(one)?.directives?.map(asPlainObject),
  )
  const fields = type.fields ?? []
  return {
    ...present,
    fields: fields.map((field) => {
      const own = having.filter(({ part }) => part.get(name)?.has(field.name.value))
      const joins = copied({ directives: joinsOf(field, type) }, own, (one) => {
        const interfaceObject = asObject(one)
        const origin = interfaceObject?.fields?.find((other) => other.name.value === field.name.value)
        return interfaceObject && origin && joinsOf(origin, interfaceObject)
      })
      return { ...field, directives: withoutLinks(joins.directives, `${name}.${field.name.value}`, own, standingFor) }
    }),
  }
}

/** What is said of a field, of each subgraph of its own where it was said of all. */
const joinsOf = (field: FieldDefinitionNode, type: TypeDefinition): readonly ConstDirectiveNode[] => {
  const { directives = [] } = field
  if (directives.some((join) => join.name.value === 'join__field')) return directives
  const graphs = (type.directives ?? []).filter((join) => join.name.value === 'join__type').map(graphOf)
  return [...directives, ...[...new Set(graphs)].map((graph) => joinField(graph))]
}

const withoutLinks = (
  joins: readonly ConstDirectiveNode[],
  coordinate: string,
  own: readonly LinkSubgraph[],
  standingFor: readonly LinkSubgraph[],
): readonly ConstDirectiveNode[] => {
  const isLink = ({ links }: LinkSubgraph): boolean => links.has(coordinate)
  const linking = [...own, ...standingFor].filter(isLink)
  const isMoved = (graph: string): boolean =>
    linking.every((one) => one.graph !== graph) &&
    linking.some(({ of }) => of === graph || own.some((one) => one.graph === graph && one.of === of))
  // What interfaces promise, and others require, has to be there: as a field of others, whom the planner asks for it.
  const left = joins.map((join) => (isMoved(graphOf(join)) ? asExternal(join) : join))
  return standingFor.some(isLink) ? [...left, joinField()] : left
}

/** What is said of an interface object, said of an object. */
const asPlainObject = (join: ConstDirectiveNode): ConstDirectiveNode => without(join, 'isInterfaceObject')

/** Nobody is asked for it by its key: the planner takes one way into a subgraph, and that of its objects is the one. */
const unresolvable = (join: ConstDirectiveNode): ConstDirectiveNode => {
  if (!argumentOf(join, 'key')) return join
  const rest = without(join, 'resolvable')
  return { ...rest, arguments: [...(rest.arguments ?? []), flag('resolvable', false)] }
}

const without = (join: ConstDirectiveNode, argument: string): ConstDirectiveNode => ({
  ...join,
  arguments: (join.arguments ?? []).filter(({ name }) => name.value !== argument),
})

const asExternal = (join: ConstDirectiveNode): ConstDirectiveNode => ({
  ...join,
  arguments: [
    ...(join.arguments ?? []).filter((given) => ['graph', 'type'].includes(given.name.value)),
    flag('external', true),
  ],
})

const flag = (name: string, value: boolean): ConstArgumentNode => ({
  kind: Kind.ARGUMENT,
  name: { kind: Kind.NAME, value: name },
  value: { kind: Kind.BOOLEAN, value },
})
