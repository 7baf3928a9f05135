import { expect, test } from '@jest/globals'
import { parse, print } from 'graphql'
import { operationOf } from './prepared-fetch.ts'
import { separateTypenames } from './separate-typenames.ts'

const separated = (query: string) => {
  const { operation, fragments } = operationOf(parse(query))
  return { sent: { operation, fragments }, ...separateTypenames(operation, fragments) }
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
