import { Kind, type ConstDirectiveNode, type DocumentNode, type FieldDefinitionNode } from 'graphql'
import { contextArgumentsOf, withoutContextArguments } from './context-arguments.ts'
import type { ChainLink } from './chain-links.ts'
import { argumentOf, graphOf, isTypeDefinition, joinField, type TypeDefinition } from './join-directives.ts'

/** A supergraph without contexts, in which who is told of one requires a field that stands for it. */
export interface ToldFields {
  readonly document: DocumentNode
  /** The field that stands for contexts; the empty text where there are none. */
  readonly name: string
  /** Where it is answered: of subgraphs of their own, so that who is told is fetched after whoever leads there. */
  readonly links: readonly ChainLink[]
}

/**
 * The planner (2.14) merges fetches of fields that are told of contexts with others, whose conditions then count for both,
 * and asks the wrong subgraph for what they are told. So it is not told itself: such a field requires one that nothing has,
 * which makes the planner fetch it by the key of its object, apart from whatever leads to that object.
 */
export const toldFields = (document: DocumentNode): ToldFields => {
  const told = new Map(
    document.definitions.filter(isTypeDefinition).flatMap((type) => {
      const graphs = (type.fields ?? []).flatMap(({ directives = [] }) => directives.filter(isTold).map(graphOf))
      return graphs.length === 0 ? [] : [[type.name.value, [...new Set(graphs)]] as const]
    }),
  )
  if (told.size === 0) return { document, name: '', links: [] }
  const name = unusedName(document)
  const definitions = document.definitions.map((node) => {
    const graphs = isTypeDefinition(node) ? told.get(node.name.value) : undefined
    return graphs && isTypeDefinition(node) ? withField(node, name, graphs) : node
  })
  return {
    document: { ...document, definitions },
    name,
    links: [...told].flatMap(([type, graphs]) =>
      graphs.map((graph) => ({ type, field: name, graph, depth: 0, isOfInterfaceObject: false })),
    ),
  }
}

const isTold = (join: ConstDirectiveNode): boolean => contextArgumentsOf(join).length > 0

const unusedName = ({ definitions }: DocumentNode): string => {
  const taken = new Set(
    definitions.filter(isTypeDefinition).flatMap(({ fields = [] }) => fields.map((field) => field.name.value)),
  )
  let name = 'told__context'
  while (taken.has(name)) name += '_'
  return name
}

const withField = (type: TypeDefinition, name: string, graphs: readonly string[]): TypeDefinition => ({
  ...type,
  fields: [
    ...(type.fields ?? []).map((field) => ({
      ...field,
      directives: (field.directives ?? []).map((join) => (isTold(join) ? requiring(join, name) : join)),
    })),
    standIn(name, graphs),
  ],
})

const requiring = (join: ConstDirectiveNode, name: string): ConstDirectiveNode => {
  const whole = withoutContextArguments(join)
  const present = argumentOf(join, 'requires')
  const value = present?.kind === Kind.STRING ? `${present.value} ${name}` : name
  return {
    ...whole,
    arguments: [
      ...(whole.arguments ?? []).filter((given) => given.name.value !== 'requires'),
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: 'requires' },
        value: { kind: Kind.STRING, value },
      },
    ],
  }
}

const standIn = (name: string, graphs: readonly string[]): FieldDefinitionNode => ({
  kind: Kind.FIELD_DEFINITION,
  name: { kind: Kind.NAME, value: name },
  type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'Boolean' } },
  directives: graphs.map((graph) => joinField(graph)),
})
