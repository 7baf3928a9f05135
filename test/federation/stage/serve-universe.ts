import { Kind, parse, type ConstDirectiveNode, type DefinitionNode, type GraphQLSchema, type TypeNode } from 'graphql'
import type { TestSubgraph } from '../../testkit/federated-graph.ts'
import { isNamed, isWhole, keysOf } from './entity-keys.ts'
import { isThing, read, View, type Arguments, type Thing, type Universe } from './universe.ts'

export interface Served {
  readonly typeDefs: string
  readonly universe: () => Universe
  /** Of everything that there is: which objects an interface has. */
  readonly whole: () => GraphQLSchema
  /** Ids of entities that this subgraph does not know. */
  readonly lacks: readonly string[]
}

/** An object on its way through a subgraph, and what the gateway sent of it. */
class Seen {
  readonly thing: Thing
  readonly sent: Thing
  readonly __typename: string | undefined

  constructor(thing: Thing, sent: Thing, typename: string | undefined) {
    this.thing = thing
    this.sent = sent
    this.__typename = typename
  }
}

type Resolver = (source: unknown, args: Arguments) => unknown

/**
 * A subgraph that answers its part of a universe. What it marks `@external` it knows only where the gateway sent it, or
 * on a path that it provides; so a requirement that was not sent is a wrong answer here, as it is in the world.
 */
export const servedUniverse = (served: Served): TestSubgraph => {
  const { definitions } = parse(served.typeDefs, { noLocation: true })
  const resolvers: Record<string, Record<string, unknown>> = {}
  const seen = seer(served, definitions)
  const provided = new Set(
    [...served.typeDefs.matchAll(/@(?:provides|key)\(fields: "([^"]+)"/g)].flatMap(
      ([, set = '']) => set.match(/\w+/g) ?? [],
    ),
  )
  for (const node of definitions) {
    if (node.kind === Kind.UNION_TYPE_DEFINITION) resolvers[node.name.value] = { __resolveType: typenameOf }
    if (node.kind === Kind.INTERFACE_TYPE_DEFINITION)
      resolvers[node.name.value] = { __resolveType: typenameOf, ...referenceOf(served, node, seen) }
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.OBJECT_TYPE_EXTENSION) continue
    const type = node.name.value
    const { fields = [] } = node
    const external = new Set(
      fields.flatMap((field) => (isMarked(node, 'external') || isMarked(field, 'external') ? [field.name.value] : [])),
    )
    const rootOf = (): Thing => (type === 'Query' || type === 'Mutation' ? served.universe()[type] : undefined) ?? {}
    const resolverOf =
      (name: string, result: TypeNode): Resolver =>
      (source, args) => {
        const at = source instanceof Seen ? source : new Seen(rootOf(), {}, type)
        return seen(valueOf(at, name, args, { external, provided }), at.sent[name], result)
      }
    resolvers[type] = {
      ...resolvers[type],
      ...Object.fromEntries(fields.map((field) => [field.name.value, resolverOf(field.name.value, field.type)])),
      ...referenceOf(served, node, seen),
    }
  }
  return { typeDefs: served.typeDefs, resolvers: resolvers as TestSubgraph['resolvers'] } // each is made for its own type
}

const typenameOf = (seen: Seen): string | undefined => seen.__typename

interface Marked {
  readonly directives?: readonly ConstDirectiveNode[]
}

const isMarked = ({ directives = [] }: Marked, name: string): boolean =>
  directives.some((directive) => directive.name.value === name)

interface Externals {
  readonly external: ReadonlySet<string>
  /** What some field of the subgraph provides, on whichever path; and what keys name. */
  readonly provided: ReadonlySet<string>
}

const valueOf = ({ thing, sent }: Seen, name: string, args: Arguments, { external, provided }: Externals): unknown => {
  if (external.has(name)) {
    if (Object.hasOwn(sent, name)) return sent[name]
    if (!provided.has(name)) throw new Error(`${name} is external, and was asked for`)
  }
  const view: View = new View((wanted, given = {}) => {
    if (!external.has(wanted)) return read(thing, wanted, given, view)
    if (!Object.hasOwn(sent, wanted)) throw new Error(`${name} requires ${wanted}, which was not sent`)
    return sent[wanted]
  })
  return read(thing, name, args, view)
}

/** Objects as their subgraph knows them; leaves as they are. */
type See = (value: unknown, sent: unknown, type: TypeNode | string) => unknown

const seer = ({ whole }: Served, definitions: readonly DefinitionNode[]): See => {
  const composite = new Set(
    definitions.flatMap((node) =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION ||
      node.kind === Kind.OBJECT_TYPE_EXTENSION ||
      node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
      node.kind === Kind.UNION_TYPE_DEFINITION
        ? [node.name.value]
        : [],
    ),
  )
  /** A type that the subgraph does not have goes by the interface that it knows as an object. */
  const nameIn = (name: string | undefined, expected: string): string | undefined => {
    if (name === undefined || composite.has(name)) return name
    return possibleTypes(whole(), expected).has(name) ? expected : name
  }
  const see: See = (value, sent, type) => {
    const name = typeof type === 'string' ? type : nameOf(type)
    if (!composite.has(name) || value instanceof Error) return value
    if (Array.isArray(value))
      return value.map((item, index) => see(item, Array.isArray(sent) ? sent[index] : undefined, name))
    return isThing(value) ? new Seen(value, isThing(sent) ? sent : {}, nameIn(value.__typename, name)) : value
  }
  return see
}

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type))

/** Itself, or the objects of an interface; also where a subgraph knows that one as an object. */
const possibleTypes = (schema: GraphQLSchema, name: string): ReadonlySet<string> => {
  const type = schema.getType(name)
  return new Set(
    type && 'resolveType' in type ? schema.getPossibleTypes(type).map((possible) => possible.name) : [name],
  )
}

type Keyed = Marked & { readonly name: { readonly value: string } }

const referenceOf = ({ universe, whole, lacks }: Served, node: Keyed, see: See): object => {
  const type = node.name.value
  const keys = keysOf(node.directives ?? [])
  if (keys.length === 0) return {}
  return {
    __resolveReference: (sent: Thing) => {
      const possible = possibleTypes(whole(), type)
      const key = keys.find((candidate) => isWhole(candidate, sent))
      const found = universe().entities?.find(
        (thing) => possible.has(thing.__typename ?? '') && key !== undefined && isNamed(key, sent, thing),
      )
      return found === undefined || lacks.includes(String(found['id'])) ? null : see(found, sent, type)
    },
  }
}
