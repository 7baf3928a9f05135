import { expect, test } from '@jest/globals'
import { parse, print } from 'graphql'
import { operationOf } from './prepared-fetch.ts'
import { separateClientNames } from './client-names.ts'

const separated = (query: string) => {
  const { operation, fragments } = operationOf(parse(query))
  return { sent: { operation, fragments }, ...separateClientNames(operation, fragments) }
}

test.each([
  '{ __typename a: __typename __typename: __typename ...F } fragment F on Query { typename_: me { name } }',
  '{ __schema { queryType { name } } __type: me { name } }',
])('%s is what it was', (query) => {
  const { sent, operation, fragments, client } = separated(query)
  expect(operation).toBe(sent.operation)
  expect(fragments).toBe(sent.fragments)
  expect(client).toBeUndefined()
})

test('what the planner may call a field is called something else, each by one name', () => {
  const { operation, client } = separated(
    '{ me { x__alias_0: name x__alias_0_: id x__alias_12 x__alias: id y: name } }',
  )
  expect(print(operation)).toBe(
    print(parse('{ me { x__alias_0__: name x__alias_0_: id x__alias_12_: x__alias_12 x__alias: id y: name } }')).trim(),
  )
  expect(client?.pathOf(['me', 'x__alias_0__', 'x__alias_12_'])).toEqual(['me', 'x__alias_0', 'x__alias_12'])
})

test.each([
  ['_1__alias_0', '_1__alias_0_'],
  ['___alias_0', 'alias_0_'],
])('what the planner may call %s is called by a name that may stand in a document', (name, key) => {
  const { operation, client } = separated(`{ me { ${name}: id } }`)
  expect(print(parse(print(operation)))).toBe(print(parse(`{ me { ${key}: id } }`)))
  expect(client?.nameOf(key)).toBe(name)
})

test('every field but the type name is called by a name that is free in all of the operation', () => {
  const { operation, fragments, client, sent } = separated(
    '{ __typename: me { typename_: id ...F } } fragment F on User { ... { __typename: name @skip(if: true) } typename__ on: __typename }',
  )
  expect(print(operation)).toBe(print(parse('{ typename___: me { typename_: id ...F } }')).trim())
  expect([...fragments.values()].map(print)).toEqual([
    print(parse('fragment F on User { ... { typename___: name @skip(if: true) } typename__ on: __typename }')).trim(),
  ])
  expect(client?.operation).toBe(sent.operation)
  expect(client?.pathOf(['typename___', 0, 'typename_', 'typename___'])).toEqual([
    '__typename',
    0,
    'typename_',
    '__typename',
  ])
})
