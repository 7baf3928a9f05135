import type { Topic } from '../stage/topic.ts'

/** Entities that refer to each other in circles; one entity in many places of an answer. */
export const CIRCLES: Topic = {
  name: 'circular references',
  subgraphs: {
    people: `
      type Query { person(id: ID!): Person people: [Person!]! }
      type Person @key(fields: "id") { id: ID! name: String boss: Person team: [Person!]! books: [Book!]! }
      type Book @key(fields: "isbn") { isbn: ID! }`,
    books: `
      type Book @key(fields: "isbn") { isbn: ID! title: String author: Person sequel: Book cites: [Book!]! }
      type Person @key(fields: "id") { id: ID! wrote: Int }`,
    marks: `
      type Book @key(fields: "isbn") { isbn: ID! mark: Int fans: [Person!]! }
      type Person @key(fields: "id") { id: ID! favourite: Book }`,
  },
  universe: () => {
    const ada: Record<string, unknown> = { __typename: 'Person', id: 'a', name: 'Ada', wrote: 2, boss: () => ada }
    const ben: Record<string, unknown> = {
      __typename: 'Person',
      id: 'b',
      name: 'Ben',
      wrote: 0,
      boss: ada,
      team: [],
      books: [],
    }
    const one: Record<string, unknown> = {
      __typename: 'Book',
      isbn: '1',
      title: 'One',
      author: ada,
      mark: 5,
      fans: [ada, ben],
    }
    const two = {
      __typename: 'Book',
      isbn: '2',
      title: 'Two',
      author: ada,
      mark: null,
      fans: [],
      sequel: null,
      cites: () => [one, two],
    }
    Object.assign(one, { sequel: two, cites: [one] })
    Object.assign(ada, { team: [ada, ben], books: [one, two], favourite: one })
    Object.assign(ben, { favourite: two })
    const people = [ada, ben]
    return {
      Query: { people, person: ({ id }: { id?: unknown }) => people.find((each) => each['id'] === id) },
      entities: [...people, one, two],
    }
  },
  cases: [
    ['to itself', '{ person(id: "a") { boss { boss { boss { name } } } } }', { fetches: { people: 1 } }],
    ['to itself, over another subgraph', '{ person(id: "a") { boss { wrote boss { wrote name } } } }'],
    ['out and back', '{ person(id: "a") { books { author { name books { title } } } } }'],
    [
      'round three subgraphs',
      '{ person(id: "a") { favourite { mark title author { name favourite { fans { name wrote } } } } } }',
    ],
    [
      'the same entity in many places',
      '{ people { favourite { mark fans { favourite { mark title } } } boss { favourite { mark } } } }',
    ],
    [
      'the same entity with other fields in each place',
      '{ person(id: "a") { books { title cites { mark cites { title mark } } sequel { mark cites { isbn } } } } }',
    ],
    ['the same entity twice in one list', '{ people { team { wrote team { favourite { title } } } } }'],
    [
      'a shared entity is written to for each place alone',
      '{ people { boss { favourite { title } } team { favourite { mark } boss { wrote } } } }',
    ],
  ],
}
