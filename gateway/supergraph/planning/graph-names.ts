import { Kind, type DocumentNode } from 'graphql'
import { argumentOf } from './join-directives.ts'

/** The values of `join__Graph` by the names of the subgraphs that they stand for. */
export const graphsOf = ({ definitions }: DocumentNode): ReadonlyMap<string, string> =>
  new Map(
    definitions.flatMap((node) =>
      node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph'
        ? (node.values ?? []).flatMap(({ name: graph, directives = [] }) =>
            directives.flatMap((directive) => {
              const name = argumentOf(directive, 'name')
              return name?.kind === Kind.STRING ? [[name.value, graph.value] as const] : []
            }),
          )
        : [],
    ),
  )
