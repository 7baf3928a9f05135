import { expect, test } from '@jest/globals'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { compiledExecution } from './execution/compile-document.ts'
import { withPromptEntities } from './prompt-entities.ts'

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  interface Media @key(fields: "id") { id: ID! title: String }
  type Book implements Media @key(fields: "id") { id: ID! title: String }
  type Film implements Media @key(fields: "id") { id: ID! title: String }
  type Shelf @key(fields: "id") { id: ID! }`)

const frozen = Object.freeze({ id: 'frozen', title: 'Frozen' })

const schema = withPromptEntities(
  buildSubgraphSchema({
    typeDefs,
    resolvers: {
      Media: {
        __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Film', id, title: `Film ${id}` }),
      },
      Book: {
        __resolveReference: ({ id }: { id: string }) => {
          if (id === 'broken') throw new Error('It is broken')
          if (id === 'later') return Promise.resolve({ id, title: 'Later' })
          if (id === 'never') return Promise.reject(new Error('Never'))
          if (id === 'renamed') return { __typename: 'Paperback', id, title: 'Renamed' }
          if (id === 'none') return null
          return id === 'frozen' ? frozen : { id, title: `Book ${id}` }
        },
      },
    },
  }),
)

const run = compiledExecution(schema)
const document = parse(`query($of: [_Any!]!) { _entities(representations: $of) {
  __typename ... on Book { title } ... on Film { title } ... on Shelf { id } } }`)
const ask = (...of: readonly object[]) => run({ document, variableValues: { of } })
const book = (id: string) => ({ __typename: 'Book', id })

test('entities whose references answer at once are there at once', () => {
  expect(ask(book('1'), { __typename: 'Shelf', id: '2' }, book('none'))).toEqual({
    data: { _entities: [{ __typename: 'Book', title: 'Book 1' }, { __typename: 'Shelf', id: '2' }, null] },
  })
})

test('those that answer later are waited for, and interfaces say which type they are', async () => {
  expect(await ask(book('later'), { __typename: 'Media', id: '3' })).toEqual({
    data: {
      _entities: [
        { __typename: 'Book', title: 'Later' },
        { __typename: 'Film', title: 'Film 3' },
      ],
    },
  })
})

test('a reference that fails, or is of no type, fails alone', async () => {
  const { data, errors } = await ask(book('broken'), book('1'), book('never'), { __typename: 'Nothing' })
  expect(data).toEqual({ _entities: [null, { __typename: 'Book', title: 'Book 1' }, null, null] })
  expect(errors?.map(({ path }) => path?.join('.')).toSorted()).toEqual(['_entities.0', '_entities.2', '_entities.3'])
})

test('data that cannot be named, or names itself otherwise, is left as it is', () => {
  expect(ask(book('frozen'), book('renamed'))).toEqual({
    data: {
      _entities: [
        { __typename: 'Book', title: 'Frozen' },
        { __typename: 'Book', title: 'Renamed' },
      ],
    },
  })
  expect(frozen).not.toHaveProperty('__typename')
})
