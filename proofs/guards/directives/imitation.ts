import { buildSubgraphSchema } from '@apollo/subgraph'
import {
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql'
import { enforceRules } from '../../../directives/enforce.ts'
import { readRules } from '../../../directives/read-rules.ts'
import { SCALARS } from '../../../platform/graphql/scalars.ts'
import { isRecord } from '../../stage/answer.ts'
import type { Things } from '../../stage/things.ts'

/** A subgraph whose rules are enforced as in the product, over resolvers that find whatever they are asked for. */
export interface Imitation {
  readonly schema: GraphQLSchema
  /** Fields whose resolvers ran since this was asked last: what was denied late was not denied first. */
  readonly takeRan: () => readonly string[]
}

const LEAVES: Readonly<Record<string, unknown>> = {
  Int: 1,
  Float: 1,
  Boolean: true,
  String: 'text',
  DateTime: new Date('2026-01-12T09:00:00Z'),
  BigInt: 1n,
  ByteSize: 1n,
  Duration: 'PT1H',
  CurrencyCode: 'USD',
}

const leafOf = (type: GraphQLNamedType, things: Things): unknown => {
  if (isEnumType(type)) return type.getValues()[0]?.value
  return type.name === 'ID' ? things.get('Project')?.key : LEAVES[type.name]
}

const objectOf = (type: GraphQLNamedType, things: Things): object => ({
  __typename: type.name,
  id: things.get(type.name)?.key ?? things.get('Project')?.key,
})

const valueOf = (schema: GraphQLSchema, type: GraphQLOutputType, things: Things): unknown => {
  if (isNonNullType(type)) return valueOf(schema, type.ofType, things)
  if (isListType(type)) return [valueOf(schema, type.ofType, things)]
  const named = getNamedType(type)
  if (isScalarType(named) || isEnumType(named)) return leafOf(named, things)
  if (isObjectType(named)) return objectOf(named, things)
  const [first] = 'getFields' in named || 'getTypes' in named ? schema.getPossibleTypes(named) : []
  return first && objectOf(first, things)
}

const resolveEverything = (schema: GraphQLSchema, things: Things, ran: Set<string>): void => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    if (type.name.startsWith('_')) continue
    for (const field of Object.values(type.getFields()).filter(({ name }) => !name.startsWith('_'))) {
      const made = () => valueOf(schema, field.type, things)
      const note = () => ran.add(`${type.name}.${field.name}`)
      if (!roots.includes(type)) {
        field.resolve = (source: unknown) => {
          const held = isRecord(source) ? source[field.name] : undefined
          if (held === undefined) note()
          return held ?? made()
        }
      } else if (type === schema.getSubscriptionType()) {
        field.subscribe = async function* () {
          note()
          yield await Promise.resolve({ [field.name]: made() })
        }
      } else {
        field.resolve = () => {
          note()
          return made()
        }
      }
    }
  }
}

/** Throws what the product would not start with. */
export const imitate = (document: DocumentNode, things: Things): Imitation => {
  const scalars = Object.fromEntries(
    Object.entries(SCALARS).filter(([name]) =>
      document.definitions.some((node) => node.kind === Kind.SCALAR_TYPE_DEFINITION && node.name.value === name),
    ),
  )
  const schema = buildSubgraphSchema({ typeDefs: document, resolvers: scalars })
  const ran = new Set<string>()
  resolveEverything(schema, things, ran)
  enforceRules(schema, readRules(document))
  return {
    schema,
    takeRan: () => {
      const names = [...ran]
      ran.clear()
      return names
    },
  }
}
