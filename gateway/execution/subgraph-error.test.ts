import { describe, expect, test } from '@jest/globals'
import { execute, GraphQLObjectType, GraphQLSchema, GraphQLString, parse } from 'graphql'
import { SCALARS } from '../../platform/graphql/scalars.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { toCatalogued } from './subgraph-error.ts'

const resolve = (_: unknown, { at }: { readonly at?: Date }): never => {
  throw at === undefined
    ? new Error('select secret from billing.entries')
    : catalogued('INVALID_ID', { argument: 'at' })
}

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: { balance: { type: GraphQLString, args: { at: { type: SCALARS.DateTime } }, resolve } },
  }),
})

/** As a subgraph of this process executes it: documents were validated against a schema that cannot read its scalars. */
const errorOf = async (query: string, variableValues: Record<string, unknown> = {}) => {
  const { errors } = await execute({ schema, document: parse(query), variableValues })
  const [error] = errors ?? []
  if (error === undefined) throw new Error('no error')
  return toCatalogued(error)
}

describe('an error of a subgraph in process', () => {
  test('of a literal that its scalar cannot read is the caller’s mistake, and names the argument', async () => {
    expect(await errorOf('{ balance(at: "nonsense") }')).toMatchObject({
      code: 'INVALID_INPUT',
      message: 'Argument "at" has invalid value "nonsense".',
    })
  })

  test('of a variable that its scalar cannot read says what the scalar asks for', async () => {
    expect(await errorOf('query ($at: DateTime) { balance(at: $at) }', { at: 'nonsense' })).toMatchObject({
      code: 'INVALID_INPUT',
      message: 'DateTime must be an instant of RFC 3339, such as 2026-03-01T12:00:00Z.',
    })
  })

  test('that the catalogue made is itself', async () => {
    expect(await errorOf('{ balance(at: "2026-03-01T12:00:00Z") }')).toMatchObject({
      code: 'INVALID_ID',
      details: { argument: 'at' },
    })
  })

  test('that nobody foresaw is masked', async () => {
    const error = await errorOf('{ balance }')
    expect(error.code).toBe('INTERNAL')
    expect(error.message).not.toContain('secret')
  })
})
