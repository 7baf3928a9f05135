import { expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { addErrors, errorAt, failEntities, failRoot } from './fetch-failure.ts'
import { shapeOf } from './merge-shape.ts'
import { operationOf } from './prepared-fetch.ts'
import type { FieldError } from './run.ts'

const error = catalogued('INTERNAL')
const { operation, fragments } = operationOf(parse('{ __typename a b c }'))
const shape = shapeOf(operation.selectionSet, fragments)

const runWith = (count: number) => ({
  errors: Array.from({ length: count }, (_, index): FieldError => ({ path: ['before', index], error })),
})

/** Any number of errors, and how many of them were asked for. */
const counting = () => {
  const counter = { made: 0 }
  function* errors(): Generator<FieldError> {
    for (;;) yield { path: ['x', counter.made++], error }
  }
  return { counter, errors: errors() }
}

test('of errors without end a run takes the first 100,000 and one that says so', () => {
  const run = runWith(99_990)
  const { counter, errors } = counting()
  addErrors(run, errors)
  expect(counter.made).toBe(11)
  expect(run.errors).toHaveLength(100_001)
  expect(run.errors.at(-2)?.path).toEqual(['x', 9])
  expect(run.errors.at(-1)).toMatchObject({ path: [], error: { code: 'TOO_MANY_ERRORS' } })
})

test('a run that has as many takes no more, and asks for none', () => {
  const run = runWith(100_005)
  const { counter, errors } = counting()
  addErrors(run, errors)
  expect([counter.made, run.errors.length]).toEqual([0, 100_005])
})

test.each([
  ['root fields', (run: { errors: FieldError[] }) => failRoot(run, shape, error)],
  ['an entity', (run: { errors: FieldError[] }) => failEntities(run, [['me']], shape, error)],
  [
    'a list of entities',
    (run: { errors: FieldError[] }) =>
      failEntities(
        run,
        [
          ['l', 0],
          ['l', 1],
        ],
        shape,
        error,
      ),
  ],
])('failures of %s do not jump the limit', (_, fail) => {
  const run = runWith(99_998)
  for (let round = 0; round < 5; round++) fail(run)
  expect(run.errors).toHaveLength(100_001)
  expect(run.errors.filter(({ error: { code } }) => code === 'TOO_MANY_ERRORS')).toEqual([run.errors.at(-1)])
})

test('an error stands at every place of what it is about, and by its own path where that has none', () => {
  const about = { path: ['name'], error }
  expect(
    [
      ...errorAt(
        [
          ['l', 0],
          ['l', 1],
        ],
        about,
      ),
    ].map(({ path }) => path),
  ).toEqual([
    ['l', 0, 'name'],
    ['l', 1, 'name'],
  ])
  expect([...errorAt([], about)]).toEqual([about])
})
