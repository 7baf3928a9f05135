import { print, type FieldDefinitionNode } from 'graphql'
import type { Finding } from './finding.ts'
import { namedType, type GraphView } from './graph-view.ts'
import type { TypeView } from './type-views.ts'

const CONNECTION = /^\w+Connection$/

const ARGUMENTS: readonly string[] = ['first: Int = 20', 'after: String', 'last: Int', 'before: String']

const fieldText = (type: TypeView, name: string): string | undefined => {
  const field = type.fields.get(name)
  return field && print(field.type)
}

const isComplete = (type: TypeView, node: string): boolean =>
  fieldText(type, 'edges') === `[${node}Edge!]!` &&
  fieldText(type, 'pageInfo') === 'PageInfo!' &&
  fieldText(type, 'totalCount') === 'Int'

const missingArguments = ({ arguments: given = [] }: FieldDefinitionNode): readonly string[] => {
  const written = given.map(({ name, type, defaultValue }) => {
    const value = defaultValue ? ` = ${print(defaultValue)}` : ''
    return `${name.value}: ${print(type)}${value}`
  })
  return ARGUMENTS.filter((argument) => !written.includes(argument))
}

/** Every list of the product's own graph is a Relay connection that can be walked from both ends and tells its length. */
export const lintConnections = (view: GraphView): readonly Finding[] => [
  ...[...view.types.values()]
    .filter(({ name, kind }) => kind === 'object' && CONNECTION.test(name))
    .filter((type) => !isComplete(type, type.name.slice(0, -'Connection'.length)))
    .map(({ name }) => ({
      coordinate: name,
      rule: 'connection-incomplete' as const,
      message: 'A connection has `edges`, `pageInfo` and a nullable `totalCount`: leave its type out, and it is made.',
    })),
  ...[...view.types.values()].flatMap((type) =>
    [...type.fields.values()]
      .filter((field) => CONNECTION.test(namedType(field.type).name.value))
      .map((field) => ({ field, missing: missingArguments(field) }))
      .filter(({ missing }) => missing.length > 0)
      .map(({ field, missing }) => ({
        coordinate: `${type.name}.${field.name.value}`,
        rule: 'list-not-paged' as const,
        message: `A list is walked from both ends: add \`${missing.join('`, `')}\`.`,
      })),
  ),
]
