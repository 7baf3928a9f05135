import { describe, expect, test } from '@jest/globals'
import { buildSchema, getVariableValues, GraphQLScalarType, Kind, parse } from 'graphql'
import { variableFaults } from './variable-faults.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'

const schema = buildSchema(`
  scalar Instant scalar Foreign
  input Put { name: String!, value: String!, at: Instant, of: Foreign, many: [Foreign], kinds: [Kind!], more: Put }
  enum Kind { ONE }
  type Query { put(input: Put!, count: Int): Int }
`)

const parses = (name: string, parseValue: GraphQLScalarType['parseValue']) => {
  const scalar = schema.getType(name)
  if (scalar instanceof GraphQLScalarType) scalar.parseValue = parseValue
}
parses('Instant', () => {
  throw catalogued('INVALID_INPUT', {}, { message: 'Instant must be an instant.' })
})
let readings = 0
parses('Foreign', (value) => {
  readings++
  throw new Error(`cannot read ${String(value)}`)
})

const [definition] = parse('query ($input: Put!, $count: Int) { put(input: $input, count: $count) }').definitions
const definitions = definition?.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : []

const faultsOf = (variables: Readonly<Record<string, unknown>>) => {
  const { errors = [] } = getVariableValues(schema, definitions, variables, { maxErrors: 3 })
  return variableFaults(schema, definitions, variables, errors)
}

const PUT = { name: 'planted; Field "a" at "b"', value: 'planted' }

describe('what is wrong with variables', () => {
  test.each([
    ['a field too many', { ...PUT, valu: 'x' }, '"input": Field "valu" is not defined by type "Put".'],
    ['a field too few', { value: 'planted' }, '"input": Field "name" of required type "String!" was not provided.'],
    ['null', { ...PUT, value: null }, '"input.value": Expected non-nullable type "String!" not to be null.'],
    ['a list', { ...PUT, value: ['planted: a'] }, '"input.value": String cannot represent a non string value.'],
    ['a text for an object', 'planted', '"input": Expected type "Put" to be an object.'],
    [
      'deep inside',
      { ...PUT, more: { ...PUT, kinds: ['planted'] } },
      '"input.more.kinds[0]": The value does not exist in "Kind" enum.',
    ],
    ['not what a scalar of ours reads', { ...PUT, at: 'planted' }, '"input.at": Instant must be an instant.'],
    ['not what a scalar of others reads', { ...PUT, of: 'planted' }, '"input.of": Expected type "Foreign".'],
  ])('%s is said by its place, without any value', (_, input, expected) => {
    expect(faultsOf({ input })).toEqual([`Variable "$input" is invalid at ${expected}`])
  })

  test('a variable that is missing is said as ever, and each has its own sentence', () => {
    expect(faultsOf({ count: 'planted' })).toEqual([
      'Variable "$input" of required type "Put!" was not provided.',
      'Variable "$count" is invalid at "count": Int cannot represent non-integer value.',
    ])
  })

  test('there are no more sentences than graphql-js was told to find', () => {
    expect(faultsOf({ input: { ...PUT, kinds: Array.from({ length: 50 }, () => 'planted') } })).toHaveLength(4)
  })

  test('of a long list no more is looked at than is told', () => {
    readings = 0
    expect(faultsOf({ input: { ...PUT, many: Array.from({ length: 1000 }, () => 'planted') } })).toHaveLength(4)
    expect(readings).toBeLessThan(12)
  })
})
