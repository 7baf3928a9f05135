import { print, type FieldDefinitionNode } from 'graphql'
import type { Finding } from './finding.ts'
import { hasDirective, namedType, type GraphView } from './graph-view.ts'
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

const listsOf = ({ types }: GraphView) =>
  [...types.values()].flatMap((type) =>
    [...type.fields.values()]
      .filter((field) => CONNECTION.test(namedType(field.type).name.value))
      .map((field) => ({ coordinate: `${type.name}.${field.name.value}`, field })),
  )

const missingArguments = ({ arguments: given = [] }: FieldDefinitionNode): readonly string[] => {
  const written = given.map(({ name, type, defaultValue }) => {
    const value = defaultValue ? ` = ${print(defaultValue)}` : ''
    return `${name.value}: ${print(type)}${value}`
  })
  return ARGUMENTS.filter((argument) => !written.includes(argument))
}

const PAGE: readonly string[] = ['first', 'after', 'last', 'before']

/** Scope and page aside, what narrows a list is one input object, so that more can be added to it. */
const looseArguments = ({ types }: GraphView, { arguments: given = [] }: FieldDefinitionNode): readonly string[] =>
  given
    .filter((argument) => !PAGE.includes(argument.name.value) && !hasDirective(argument, 'deprecated'))
    .filter(({ name, type }) => {
      const named = namedType(type).name.value
      if (named === 'ID') return false
      return name.value !== 'filter' || !named.endsWith('Filter') || types.get(named)?.kind !== 'input'
    })
    .map(({ name }) => name.value)

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
  ...listsOf(view)
    .map(({ coordinate, field }) => ({ coordinate, missing: missingArguments(field) }))
    .filter(({ missing }) => missing.length > 0)
    .map(({ coordinate, missing }) => ({
      coordinate,
      rule: 'list-not-paged' as const,
      message: `A list is walked from both ends: add \`${missing.join('`, `')}\`.`,
    })),
  ...listsOf(view).flatMap(({ coordinate, field }) =>
    looseArguments(view, field).map((argument) => ({
      coordinate: `${coordinate}(${argument}:)`,
      rule: 'filter-not-input' as const,
      message: 'What narrows a list goes into one argument `filter`, an input object `XFilter`.',
    })),
  ),
]
