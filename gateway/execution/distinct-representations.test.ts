import { expect, test } from '@jest/globals'
import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import type { DataObject } from './data.ts'
import { representDistinct, soleKey } from './distinct-representations.ts'

const field = (name: string, selections?: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'Field',
  name,
  ...(selections && { selections }),
})
const on = (typeCondition: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'InlineFragment',
  typeCondition,
  selections,
})

const numbersOf = (requires: QueryPlanSelectionNode[], representations: readonly DataObject[]) => {
  const distinct = representDistinct(representations, (entity) => entity, soleKey(requires))
  return { numbers: distinct.numbers, listed: distinct.representations.length }
}

test('equal keys of one type are one; of two types, or as a number, they are not', () => {
  const requires = [on('User', field('__typename'), field('id')), on('Robot', field('__typename'), field('id'))]
  expect(
    numbersOf(requires, [
      { __typename: 'User', id: '1' },
      { __typename: 'Robot', id: '1' },
      { __typename: 'User', id: '1' },
      { __typename: 'User', id: 1 },
      { __typename: 'Robot', id: '1' },
      { __typename: 'User', id: null },
      { __typename: 'User', id: 1 },
    ]),
  ).toEqual({ numbers: [0, 1, 0, 2, 1, 3, 2], listed: 4 })
})

test('of several fields all count, and none runs into the next', () => {
  const requires = [on('Place', field('__typename'), field('a'), field('b'), field('c', [field('d')]))]
  const place = (a: unknown, b: unknown, d: unknown) => ({ __typename: 'Place', a, b, c: { d } })
  expect(
    numbersOf(requires, [
      place('x', 'y', 1),
      place('x1"y', '', 1),
      place('x', 'y', 2),
      place('x', 'y', 1),
      place('x b 1"y', '', 1),
    ]),
  ).toEqual({ numbers: [0, 1, 2, 0, 3], listed: 4 })
})

test('with a key in common they are one where all else is the same too, and no field is missing of one', () => {
  const requires = [on('Place', field('__typename'), field('a'), field('b')), on('Place', field('c'))]
  expect(
    numbersOf(requires, [
      { __typename: 'Place', a: 'x', b: 1 },
      { __typename: 'Place', a: 'x', b: 2 },
      { __typename: 'Place', a: 'x', b: 1, c: null },
      { __typename: 'Place', a: 'x', b: 2 },
      { __typename: 'Place', a: 'x', b: 1 },
      { __typename: 'Place', a: 'x' },
      { __typename: 'Place', a: 'x', b: 1, c: null },
      { __typename: 'Place', a: 7, b: 1 },
      { __typename: 'Place', a: 7, b: 1 },
    ]),
  ).toEqual({ numbers: [0, 1, 2, 1, 0, 3, 2, 4, 4], listed: 5 })
})

test('what is represented alike is built once, and what cannot be represented has no number', () => {
  const requires = [on('User', field('__typename'), field('id'))]
  const built: unknown[] = []
  const { representations, numbers } = representDistinct(
    [
      { __typename: 'User' },
      { __typename: 'User', id: '1', name: 'one' },
      { __typename: 'Robot', id: '1' },
      { __typename: 'User', id: '1', name: 'the same' },
      { __typename: 'User', id: '2' },
      { __typename: 'User' },
    ],
    ({ __typename, id }) => {
      built.push(id)
      return __typename === 'User' && id !== undefined ? { __typename, id } : undefined
    },
    soleKey(requires),
  )
  expect(numbers).toEqual([-1, 0, -1, 0, 1, -1])
  expect(representations).toEqual([
    { __typename: 'User', id: '1' },
    { __typename: 'User', id: '2' },
  ])
  expect(built).toEqual([undefined, '1', '1', '2', undefined])
})

test('where each has its own nothing is numbered; a field read under another name is no sole key', () => {
  const requires = [on('User', field('__typename'), field('id'))]
  const users = ['1', '2', '3'].map((id) => ({ __typename: 'User', id }))
  const { representations, numbers } = representDistinct(users, (entity) => entity, soleKey(requires))
  expect([representations, numbers]).toEqual([users, undefined])
  expect(
    soleKey([on('User', field('__typename'), { kind: 'Field', name: 'id', alias: 'id__alias_0' })]),
  ).toBeUndefined()
})
