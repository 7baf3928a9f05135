import type { DefinitionNode, SelectionSetNode } from 'graphql'
import {
  fieldSetOf,
  graphOf,
  isExternal,
  isTypeDefinition,
  namedType,
  mapFields,
  typesIn,
  type Types,
} from './join-directives.ts'
import { hasField, interfacesIn } from './subgraph-part.ts'

/** What a subgraph knew of others for its links alone goes with them: an external field that nothing mentions is refused. */
export const withoutLeftovers = (
  definitions: readonly DefinitionNode[],
  graphs: ReadonlySet<string>,
): readonly DefinitionNode[] => {
  const types = typesIn(definitions)
  const left = new Map([...graphs].map((graph) => [graph, unmentioned(types, graph)]))
  return definitions.map((node) =>
    isTypeDefinition(node)
      ? {
          ...node,
          fields: (node.fields ?? []).map((field) => ({
            ...field,
            directives: (field.directives ?? []).filter(
              (join) => left.get(graphOf(join))?.has(`${node.name.value}.${field.name.value}`) !== true,
            ),
          })),
        }
      : node,
  )
}

/** The fields of a subgraph that it needs others for, but asks nobody for: nothing in it mentions them any more. */
const unmentioned = (types: Types, graph: string): ReadonlySet<string> => {
  const mentioned = new Set<string>()
  const mention = (set: SelectionSetNode | undefined, type: string): void => {
    if (set)
      mapFields(set, type, types, (field, parent) => {
        mentioned.add(`${parent}.${field.name.value}`)
        return field
      })
  }
  for (const [type, { directives = [], fields = [] }] of types) {
    for (const join of directives) if (graphOf(join) === graph) mention(fieldSetOf(join, 'key'), type)
    for (const field of fields)
      for (const join of field.directives ?? []) {
        if (graphOf(join) !== graph) continue
        mention(fieldSetOf(join, 'requires'), type)
        mention(fieldSetOf(join, 'provides'), namedType(field.type))
      }
  }
  return new Set(
    [...types].flatMap(([type, definition]) => {
      const { fields = [] } = definition
      const interfaces = interfacesIn(graph, definition)
      return fields.flatMap(({ name, directives = [] }) =>
        directives.some((join) => graphOf(join) === graph && isExternal(join)) &&
        !interfaces.some((one) => hasField(types, graph, one, name.value)) &&
        ![type, ...interfaces].some((of) => mentioned.has(`${of}.${name.value}`))
          ? [`${type}.${name.value}`]
          : [],
      )
    }),
  )
}
