import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ada, HEADER } from '../../directives/testkit/guarded-graph.ts'
import { createAccess } from '../../platform/access/access.ts'
import { NO_GRANTS, type Grants } from '../../platform/access/grants.ts'
import { plainOrCarryingIds } from '../../platform/access/plain-ids.ts'
import { plainKey, type ScopeKey } from '../../platform/access/scope-key.ts'
import type { TestSubgraph } from '../../test/testkit/federated-graph.ts'
import { startGateway, type TestGateway } from '../../test/testkit/gateway.ts'

/** A graph that is not ours: plain ids, a field that names the project, an interface that another subgraph extends. */
const books = [
  { __typename: 'Book', id: 'b1', projectId: 'reading', title: 'Mine', notes: 'to finish' },
  { __typename: 'Book', id: 'b2', projectId: 'theirs', title: 'Theirs', notes: 'not to be seen' },
  { __typename: 'Film', id: 'f1', projectId: 'watching', title: 'Film', notes: 'to see' },
]
/** What a careless resolver returns: what is on the shelf, and what is not. */
const shelved = () => [...books.slice(0, 2), { __typename: 'Book', id: 'b3', title: 'Loose', projectId: 'reading' }]
const shelf: TestSubgraph = {
  typeDefs: `${HEADER}
    type Query {
      book(id: ID!, projectId: ID!): Book @projectScoped(capability: READ, project: "projectId")
      books: [Book] @selfScoped
      media: [Media] @selfScoped
      best: Media @selfScoped
      shelf(projectId: ID!): Shelf @projectScoped(capability: READ, project: "projectId")
    }
    type Shelf { books: [Book] }
    type Mutation { buy(projectId: ID!): Shelf @projectScoped(capability: READ, project: "projectId") }
    interface Media @key(fields: "id projectId") { id: ID! projectId: ID! title: String }
    type Book implements Media @key(fields: "id projectId") @projectScoped(capability: READ, project: "projectId") {
      id: ID! projectId: ID! title: String notes: String @projectScoped(capability: WRITE)
      loan: Int
    }
    type Film implements Media @key(fields: "id projectId") @projectScoped(capability: WRITE, project: "projectId") { id: ID! projectId: ID! title: String }`,
  resolvers: {
    Query: {
      book: (_: unknown, key: { id: string }) => books.find(({ id }) => id === key.id),
      books: () => books.slice(0, 2),
      media: () => books,
      best: () => books[1],
      shelf: () => ({ books: shelved() }),
    },
    Mutation: { buy: () => ({ books: shelved() }) },
    Media: {
      __resolveReference: (key: { id: string }) => books.find(({ id }) => id === key.id),
      __resolveType: ({ id }: { id: string }) => books.find((book) => book.id === id)?.__typename,
    },
    Book: {
      __resolveReference: (key: { id: string }) => books.find(({ id }) => id === key.id),
      loan: () => {
        throw new Error('it is lent to nobody')
      },
    },
    Film: { __resolveReference: (key: { id: string }) => books.find(({ id }) => id === key.id) },
  },
}
const ratings: TestSubgraph = {
  typeDefs: `${HEADER}
    type Query { top: [Media] @selfScoped }
    type Media @interfaceObject @key(fields: "id projectId") {
      id: ID! projectId: ID!
      stars: Int @projectScoped(capability: READ)
      votes: Int @projectScoped(capability: WRITE)
    }`,
  resolvers: {
    Query: { top: () => books.map(({ id, projectId }) => ({ id, projectId })) },
    Media: { stars: () => 5, votes: () => 99 },
  },
}
const reviews: TestSubgraph = {
  typeDefs: `${HEADER}
    type Book @key(fields: "id projectId") @projectScoped(capability: READ, project: "projectId") {
      id: ID! projectId: ID! reviews: [String] @projectScoped(capability: WRITE) count: Int
    }`,
  resolvers: { Book: { reviews: () => ['good'], count: () => 1 } },
}

const key = (text: string): ScopeKey => {
  const made = plainKey(text)
  if (!made.ok) throw new Error(text)
  return made.value
}
const member = (...capabilities: string[]) => ({
  organizationId: key('acme'),
  suspended: false,
  capabilities: new Set(capabilities),
})
const grants: Grants = {
  ...NO_GRANTS,
  userId: key('ada'),
  projects: new Map([
    [key('reading'), member('READ')],
    [key('watching'), member('READ', 'WRITE')],
  ]),
}

let graph: TestGateway
beforeAll(async () => {
  graph = await startGateway(
    { shelf, ratings, reviews },
    {
      verifier: { authenticate: () => Promise.resolve({ principal: ada, expiresAt: undefined }) },
      access: (principal) =>
        Promise.resolve(
          createAccess({ principal, grants, reload: () => Promise.resolve(grants), ids: plainOrCarryingIds }),
        ),
    },
  )
})
afterAll(() => graph.gateway.stop(0))

const ask = async (query: string) => {
  const before = graph.graph.sent.length
  const { data, errors } = await graph.ask({ query })
  return {
    data,
    errors: errors.map(({ path, extensions }) => [path?.join('.'), extensions['code']]),
    sent: graph.graph.sent.slice(before),
  }
}

test('a plain id is a scope; what is below it is decided before anything is fetched', async () => {
  const { data, errors, sent } = await ask('{ book(id: "b1", projectId: "reading") { title notes reviews count } }')
  expect(data).toEqual({ book: { title: 'Mine', notes: null, reviews: null, count: 1 } })
  expect(errors).toEqual([
    ['book.notes', 'CAPABILITY_REQUIRED'],
    ['book.reviews', 'CAPABILITY_REQUIRED'],
  ])
  expect(sent.map(({ operation }) => operation).join()).not.toMatch(/notes|reviews/)
  expect(await ask('{ book(id: "b2", projectId: "theirs") { title } }')).toMatchObject({
    errors: [['book', 'PROJECT_ACCESS_DENIED']],
    sent: [],
  })
})

test('the field that carries the scope is fetched from where it stands, and the entity asked for only where permitted', async () => {
  const { data, errors, sent } = await ask('{ books { title count } }')
  expect(data).toEqual({ books: [{ title: 'Mine', count: 1 }, null] })
  expect(errors).toEqual([['books.1', 'PROJECT_ACCESS_DENIED']])
  expect(sent.at(-1)).toMatchObject({
    subgraph: 'reviews',
    variables: { representations: [{ __typename: 'Book', id: 'b1', projectId: 'reading' }] },
  })
})

test('objects of an interface, from the subgraph that knows their types and from the one that does not', async () => {
  const { data, errors } = await ask('{ media { title stars votes } best { title } }')
  expect(data).toEqual({
    media: [{ title: 'Mine', stars: 5, votes: null }, null, { title: 'Film', stars: 5, votes: 99 }],
    best: null,
  })
  expect(errors).toEqual([
    ['media.0.votes', 'CAPABILITY_REQUIRED'],
    ['media.1', 'PROJECT_ACCESS_DENIED'],
    ['best', 'PROJECT_ACCESS_DENIED'],
  ])
  const top = await ask('{ top { id stars votes } }')
  expect(top.data).toEqual({
    top: [{ id: 'b1', stars: 5, votes: null }, null, { id: 'f1', stars: 5, votes: 99 }],
  })
  expect(top.errors).toEqual([
    ['top.0.votes', 'CAPABILITY_REQUIRED'],
    ['top.1', 'PROJECT_ACCESS_DENIED'],
  ])
})

test('a thing that says to be elsewhere than what was asked for is decided by what it says', async () => {
  const careless = await ask('{ book(id: "b2", projectId: "reading") { title count } }')
  expect(careless.data).toEqual({ book: null })
  expect(careless.errors).toEqual([['book', 'PROJECT_ACCESS_DENIED']])
  expect(careless.sent.map(({ subgraph }) => subgraph)).toEqual(['shelf'])
  const seen = { books: [{ title: 'Mine' }, null, { title: 'Loose' }] }
  const path = (root: string) => [[`${root}.books.1`, 'PROJECT_ACCESS_DENIED']]
  expect(await ask('{ shelf(projectId: "reading") { books { title } } }')).toMatchObject({
    data: { shelf: seen },
    errors: path('shelf'),
  })
  expect(await ask('mutation { buy(projectId: "reading") { books { projectId: id title } } }')).toMatchObject({
    data: { buy: { books: [{ title: 'Mine' }, null, { title: 'Loose' }] } },
    errors: path('buy'),
  })
})

test('what went wrong inside of a thing that is denied is not told', async () => {
  const { data, errors } = await ask('{ books { title loan } }')
  expect(data).toEqual({ books: [{ title: 'Mine', loan: null }, null] })
  expect(errors).toEqual([
    ['books.0.loan', 'INTERNAL'],
    ['books.1', 'PROJECT_ACCESS_DENIED'],
  ])
})
