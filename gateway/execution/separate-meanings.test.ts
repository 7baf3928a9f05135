import { expect, test } from '@jest/globals'
import { parse, print } from 'graphql'
import { separateClientNames } from './client-names.ts'
import { operationOf } from './prepared-fetch.ts'
import { separateMeanings } from './separate-meanings.ts'

const separated = (query: string) => {
  const { operation, fragments } = operationOf(parse(query))
  const sent = separateClientNames(operation, fragments)
  return { sent, operation, made: separateMeanings(sent) }
}

test.each([
  '{ a { n: x } b { n: y } }',
  '{ a { ... on P { n: x(i: 1) } ... on Q { n: x(i: 1) } } b { n: x(i: 2) } }',
  '{ a { ...F } } fragment F on P { n: x } fragment G on P { n: y }',
])('%s is what it was: no place calls two fields alike', (query) => {
  const { sent, made } = separated(query)
  expect(made).toBe(sent)
})

test('fields that one place calls alike have names of their own, and the client its own for them', () => {
  const { operation, made } = separated(
    '{ a { ... on P { __typename: x n_2: z } ... on Q { n: x ...F } } } fragment F on Q { o { n: y(i: 1) } n_3: z __typename: y }',
  )
  const [p, q] = ['typename_', 'typename__2']
  expect(print(made.operation)).toBe(
    print(parse(`{ a { ... on P { ${p}: x n_2: z } ... on Q { n: x ...F } } }`)).trim(),
  )
  expect([...made.fragments.values()].map(print)).toEqual([
    print(parse(`fragment F on Q { o { n: y(i: 1) } n_3: z ${q}: y }`)).trim(),
  ])
  expect(made.client?.operation).toBe(operation)
  expect(made.client?.pathOf(['a', 0, q])).toEqual(['a', 0, '__typename'])
})

test('no name of their own is one by which the planner may call a field', () => {
  const { made } = separated('{ a { ... on P { x__alias: x } ... on Q { x__alias: y } } }')
  expect(print(made.operation)).toBe(
    print(parse('{ a { ... on P { x__alias: x } ... on Q { x__alias_2_: y } } }')).trim(),
  )
  expect(made.client?.pathOf(['a', 'x__alias_2_'])).toEqual(['a', 'x__alias'])
})
