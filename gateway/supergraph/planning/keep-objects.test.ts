import { expect, test } from '@jest/globals'
import { parse, print } from 'graphql'
import { keepObjects } from './keep-objects.ts'

const kept = (query: string): string => print(keepObjects(parse(query))).replaceAll(/\s+/g, ' ')

test('the type name is asked for where variables may leave out all else, and nowhere else', () => {
  const whole = '{ a { ...F ... on B { ...F } } } fragment F on A { b }'
  expect(kept(whole)).toBe(whole)
  expect(
    kept('query ($x: Boolean!) { a { ...F @skip(if: $x) ... on B { b @include(if: $x) } } } fragment F on A { b }'),
  ).toBe(
    'query ($x: Boolean!) { a { ...F @skip(if: $x) ... on B { b @include(if: $x) } __typename } } fragment F on A { b }',
  )
})
