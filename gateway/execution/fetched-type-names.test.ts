import { expect, test } from '@jest/globals'
import { buildSchema } from 'graphql'
import { fetchedWriters } from './fetched-type-names.ts'

const writerOf = fetchedWriters(
  buildSchema(
    'interface Part { id: ID } type Bolt implements Part { id: ID } type Nut implements Part { id: ID } type Query { a: Part }',
  ),
)

test.each([
  ['the first', undefined, 'Part', 'Part'],
  ['an object over its interface', 'Part', 'Bolt', 'Bolt'],
  ['no interface over its object', 'Bolt', 'Part', 'Bolt'],
  ['an object over another', 'Bolt', 'Nut', 'Nut'],
])('type names: %s', (_, present, incoming, expected) => {
  const target = present === undefined ? {} : { __typename: present }
  writerOf('__typename')(target, incoming)
  expect(target).toEqual({ __typename: expected })
})

test('everything else is written as it is', () => {
  const target = { name: 'Bolt' }
  writerOf('name')(target, 'Part')
  expect(target).toEqual({ name: 'Part' })
})
