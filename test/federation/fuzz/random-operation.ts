import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  type GraphQLCompositeType,
  type GraphQLSchema,
} from 'graphql'
import type { Random } from '../../testkit/random-graph/random.ts'
import type { Arguments } from '../stage/universe.ts'

export interface RandomOperation {
  readonly query: string
  readonly variables: Arguments
}

const MAX_DEPTH = 3

/** A valid operation over a schema: aliases, fragments, conditions by variables, type names. */
export const randomOperation = (schema: GraphQLSchema, random: Random): RandomOperation => {
  const type = schema.getQueryType()
  if (!type) throw new Error('The schema has no queries')
  return {
    query: `query ($yes: Boolean!, $no: Boolean = false) ${selections(schema, random, type, 0)}`,
    variables: { yes: random.chance(0.5), ...(random.chance(0.5) && { no: random.chance(0.5) }) },
  }
}

const selections = (schema: GraphQLSchema, random: Random, type: GraphQLCompositeType, depth: number): string => {
  const parts: string[] = []
  if (random.chance(0.2)) parts.push(random.chance(0.5) ? '__typename' : 'kind: __typename')
  if (isAbstractType(type)) {
    for (const possible of schema.getPossibleTypes(type))
      if (random.chance(0.6))
        parts.push(`... on ${possible.name}${condition(random)} ${selections(schema, random, possible, depth)}`)
  }
  if ('getFields' in type) {
    for (const field of Object.values(type.getFields())) {
      const of = getNamedType(field.type)
      const isObject = isCompositeType(of)
      if (!random.chance(depth === 0 ? 0.3 : 0.25) || (isObject && depth >= MAX_DEPTH)) continue
      const alias = aliasOf(random, field.name)
      const nested = isObject ? ` ${selections(schema, random, of, depth + 1)}` : ''
      parts.push(`${alias}${field.name}${condition(random)}${nested}`)
    }
    if (isObjectType(type) && random.chance(0.15))
      parts.push(`...${condition(random)} ${selections(schema, random, type, depth + 1)}`)
  }
  return `{ ${parts.length > 0 ? parts.join(' ') : '__typename'} }`
}

/** The same alias for the same field wherever it stands, so that selections always merge. */
const aliasOf = (random: Random, name: string): string => {
  if (random.chance(0.85)) return ''
  return random.chance(0.2) ? `__proto__${name}: ` : `x_${name}: `
}

const condition = (random: Random): string => {
  if (random.chance(0.85)) return ''
  return random.pick([' @include(if: $yes)', ' @skip(if: $yes)', ' @skip(if: $no)', ' @include(if: $no)'])
}
