import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql'

/** One step from a root to a thing: a field of one thing, or the entry of a list behind a cursor. */
export interface Step {
  readonly field: GraphQLField<unknown, unknown>
  readonly after?: string | undefined
}

/** What arguments are given: the required ones by their names, others by chance. */
export interface Giver {
  readonly given: Readonly<Record<string, string>>
  /** A whole number that is less than `below`. */
  readonly random: (below: number) => number
}

const isConnection = (name: string): boolean => name.endsWith('Connection')

/** The required arguments of a field; undefined where one is not known. */
export const argumentsOf = ({ args }: Step['field'], { given }: Giver): readonly string[] | undefined => {
  const required = args.filter(isRequiredArgument)
  if (!required.every(({ name }) => name in given)) return undefined
  return required.map(({ name }) => `${name}: ${JSON.stringify(given[name])}`)
}

/** A field and its arguments. */
export const called = (name: string, args: readonly string[]): string =>
  args.length === 0 ? name : `${name}(${args.join(', ')})`

export const isList = ({ type }: Step['field']): boolean => isConnection(getNamedType(type).name)

/** Asks for something at the end of a path. */
export const queryOf = (path: readonly Step[], innermost: string, giver: Giver): string =>
  `{ ${path.reduceRight((inner, { field, after }) => {
    const args = argumentsOf(field, giver) ?? []
    if (!isList(field)) return `${called(field.name, args)} { ${inner} }`
    const page = ['first: 1', ...(after === undefined ? [] : [`after: ${JSON.stringify(after)}`])]
    return `${called(field.name, [...args, ...page])} { edges { node { ${inner} } } }`
  }, innermost)} }`

export const holdsList = (type: GraphQLOutputType): boolean =>
  isListType(type) || (isNonNullType(type) && holdsList(type.ofType))

const memberOf = (type: GraphQLOutputType, name: string): GraphQLOutputType | undefined => {
  const named = getNamedType(type)
  return isObjectType(named) ? named.getFields()[name]?.type : undefined
}

/** The type behind `edges { node }`. */
export const nodeOf = ({ type }: Step['field']): GraphQLObjectType | undefined => {
  const edges = memberOf(type, 'edges')
  const node = edges && memberOf(edges, 'node')
  const named = node && getNamedType(node)
  return isObjectType(named) ? named : undefined
}

const someOf = (type: GraphQLInputType, { random }: Giver): string | undefined => {
  const named = getNamedType(type)
  if (random(2) === 0) return undefined
  if (isEnumType(named)) {
    const values = named.getValues().map(({ name }) => name)
    if (!isListType(type)) return values[random(values.length)]
    return `[${values.filter(() => random(2) === 0).join(', ')}]`
  }
  return named.name === 'Boolean' ? ['true', 'false'][random(2)] : undefined
}

/** Optional arguments beside the page: the parts of filters whose values the schema tells. */
export const filterOf = ({ args }: Step['field'], giver: Giver): readonly string[] =>
  args.flatMap(({ name, type }) => {
    if (isNonNullType(type)) return []
    const parts = isInputObjectType(type)
      ? Object.values(type.getFields()).flatMap((part) => {
          const value = someOf(part.type, giver)
          return value === undefined ? [] : [`${part.name}: ${value}`]
        })
      : []
    const value = isInputObjectType(type) && parts.length > 0 ? `{ ${parts.join(', ')} }` : someOf(type, giver)
    return value === undefined ? [] : [`${name}: ${value}`]
  })
