import type { TestSubgraph } from '../federated-graph.ts'

/** A small shop over four subgraphs, and the same data as one object graph: what a single server would answer. */

const people = [
  { id: 'u1', name: 'Ada', mail: 'ada@shop.example' },
  { id: 'u2', name: 'Ben', mail: null },
]

const goods = [
  { kind: 'Book', upc: 'b1', title: 'Compilers', price: 40, weight: 2, pages: 500, by: 'u1' },
  { kind: 'Chair', upc: 'c1', title: 'Stool', price: 90, weight: 10, legs: 3, by: 'u2' },
  { kind: 'Book', upc: 'b2', title: 'Queues', price: 25, weight: 1, pages: 120, by: 'u1' },
] as const

const notes = [
  { id: 'r1', upc: 'b1', author: 'u1', stars: 5, text: 'Deep.' },
  { id: 'r2', upc: 'b1', author: 'u2', stars: 3, text: null },
  { id: 'r3', upc: 'c1', author: 'u1', stars: 4, text: 'Firm.' },
  { id: 'r4', upc: 'gone', author: 'u2', stars: 1, text: 'Where is it?' },
]

const shelves = [
  { id: 's1', room: { floor: 1, name: 'north' }, upcs: [['b1', 'c1'], [], ['b2']] },
  { id: 's2', room: { floor: 2, name: 'attic' }, upcs: [['gone'], ['c1']] },
]

const shippingOf = (good: { weight: number; price: number }): number => good.weight * 10 + (good.price > 50 ? 0 : 5)

const ref = (upc: string) => ({ __typename: goods.find((good) => good.upc === upc)?.kind ?? 'Book', upc })
const typeOf = ({ __typename, kind }: { __typename?: string; kind?: string }) => __typename ?? kind
const goodOf = ({ upc }: { upc: string }) => goods.find((good) => good.upc === upc) ?? null
const notesOf = ({ upc }: { upc: string }) => notes.filter((note) => note.upc === upc)
const noteWithLinks = (note: (typeof notes)[number]) => ({
  ...note,
  author: { id: note.author },
  product: ref(note.upc),
})

/** What mutations have done, in order. */
export const counter = { value: 0 }

const catalog: TestSubgraph = {
  typeDefs: `
    type Query { products: [Product!]!  product(upc: ID!): Product  search(text: String = "e"): [Found]  byKind(kind: Kind!): [Product!]! }
    enum Kind { BOOK CHAIR }
    interface Product { upc: ID! title: String! price: Int weight: Float kind: Kind! maker: User }
    type Book implements Product @key(fields: "upc") { upc: ID! title: String! price: Int weight: Float kind: Kind! pages: Int! maker: User }
    type Chair implements Product @key(fields: "upc") { upc: ID! title: String! price: Int weight: Float kind: Kind! legs: Int! maker: User }
    union Found = Book | Chair | User
    type User @key(fields: "id", resolvable: false) { id: ID! }
    type Mutation { reprice(upc: ID!, price: Int!): Product }`,
  resolvers: {
    Query: {
      products: () => goods,
      product: (_: unknown, args: { upc: string }) => goodOf(args),
      search: (_: unknown, { text }: { text: string }) => [
        ...goods.filter(({ title }) => title.includes(text)),
        null,
        { __typename: 'User', id: 'u1' },
      ],
      byKind: (_: unknown, { kind }: { kind: string }) => goods.filter((good) => good.kind.toUpperCase() === kind),
    },
    Mutation: {
      reprice: (_: unknown, { upc, price }: { upc: string; price: number }) => {
        const good = goodOf({ upc })
        return good && { ...good, price: price + counter.value++ }
      },
    },
    Product: { __resolveType: typeOf },
    Found: { __resolveType: typeOf },
    Book: { __resolveReference: goodOf, kind: () => 'BOOK', maker: ({ by }: { by: string }) => ({ id: by }) },
    Chair: { __resolveReference: goodOf, kind: () => 'CHAIR', maker: ({ by }: { by: string }) => ({ id: by }) },
  },
}

const accounts: TestSubgraph = {
  typeDefs: `
    type Query { me: User  user(id: ID!): User }
    type User @key(fields: "id") { id: ID! name: String! @shareable mail: String }
    type Mutation { rename(id: ID!, name: String!): User }`,
  resolvers: {
    Query: { me: () => people[0], user: (_: unknown, { id }: { id: string }) => people.find((one) => one.id === id) },
    Mutation: {
      rename: (_: unknown, { id, name }: { id: string; name: string }) => {
        const person = people.find((one) => one.id === id)
        return person && { ...person, name: `${name}-${counter.value++}` }
      },
    },
    User: { __resolveReference: ({ id }: { id: string }) => people.find((one) => one.id === id) },
  },
}

const reviews: TestSubgraph = {
  typeDefs: `
    type Query { latest(first: Int = 2): [Review!] }
    type Review @key(fields: "id") { id: ID! stars: Int! text: String author: User! @provides(fields: "name") product: Product }
    interface Product { upc: ID! reviews(min: Int): [Review!]! }
    type Book implements Product @key(fields: "upc") { upc: ID! reviews(min: Int): [Review!]! }
    type Chair implements Product @key(fields: "upc") { upc: ID! reviews(min: Int): [Review!]! }
    type User @key(fields: "id") { id: ID! name: String! @external reviews: [Review!]! }`,
  resolvers: {
    Query: { latest: (_: unknown, { first }: { first: number }) => notes.slice(0, first).map(noteWithLinks) },
    Review: {
      __resolveReference: ({ id }: { id: string }) => notes.filter((note) => note.id === id).map(noteWithLinks)[0],
      author: ({ author }: { author: { id: string } }) => people.find(({ id }) => id === author.id),
    },
    Product: { __resolveType: typeOf },
    Book: {
      reviews: (good: { upc: string }, { min = 0 }) =>
        notesOf(good)
          .map(noteWithLinks)
          .filter(({ stars }) => stars >= min),
    },
    Chair: {
      reviews: (good: { upc: string }, { min = 0 }) =>
        notesOf(good)
          .map(noteWithLinks)
          .filter(({ stars }) => stars >= min),
    },
    User: { reviews: ({ id }: { id: string }) => notes.filter(({ author }) => author === id).map(noteWithLinks) },
  },
}

const warehouse: TestSubgraph = {
  typeDefs: `
    type Query { shelves: [Shelf!]! }
    type Room { floor: Int! name: String! }
    type Shelf @key(fields: "id room { floor }") { id: ID! room: Room! rows: [[Product]]! labels: Labels }
    scalar Labels
    interface Product { upc: ID! shipping: Int }
    type Book implements Product @key(fields: "upc") { upc: ID! price: Int @external weight: Float @external shipping: Int @requires(fields: "price weight") }
    type Chair implements Product @key(fields: "upc") { upc: ID! price: Int @external weight: Float @external shipping: Int @requires(fields: "price weight") }`,
  resolvers: {
    Query: { shelves: () => shelves },
    Shelf: {
      rows: ({ upcs }: { upcs: string[][] }) => upcs.map((row) => row.map(ref)),
      labels: ({ id }: { id: string }) => ({ id, tags: ['a', { b: 1 }] }),
    },
    Product: { __resolveType: typeOf },
    Book: { shipping: shippingOf },
    Chair: { shipping: shippingOf },
  },
}

const planner: TestSubgraph = {
  typeDefs: `
    type Query { plan: String! }
    type Shelf @key(fields: "id room { floor }") { id: ID! @external room: Room! @external route: String! }
    type Room { floor: Int! @external }`,
  resolvers: {
    Query: { plan: () => 'north first' },
    Shelf: { route: ({ id, room }: { id: string; room: { floor: number } }) => `${room.floor}/${id}` },
  },
}

export const shopSubgraphs: Readonly<Record<string, TestSubgraph>> = { catalog, accounts, reviews, warehouse, planner }

type Person = ReturnType<typeof person>
const person = (id: string) => {
  const found = people.find((one) => one.id === id)
  return (
    found && { __typename: 'User', ...found, reviews: () => notes.filter(({ author }) => author === id).map(review) }
  )
}

const review = (note: (typeof notes)[number]): object => ({
  __typename: 'Review',
  ...note,
  author: (): Person => person(note.author),
  product: () => product(note.upc),
})

/** A product that is on a list but in no catalogue: known by its key alone. */
const product = (upc: string): object => {
  const good = goodOf({ upc })
  const ofReviews = {
    reviews: ({ min = 0 }) =>
      notesOf({ upc })
        .filter(({ stars }) => stars >= min)
        .map(review),
  }
  if (!good) return { __typename: 'Book', upc, ...ofReviews }
  return {
    __typename: good.kind,
    ...good,
    kind: good.kind.toUpperCase(),
    maker: () => person(good.by),
    shipping: shippingOf(good),
    ...ofReviews,
  }
}

/** The whole shop as one server's root value. */
export const monolith = {
  me: () => person('u1'),
  user: ({ id }: { id: string }) => person(id),
  plan: 'north first',
  products: () => goods.map(({ upc }) => product(upc)),
  product: ({ upc }: { upc: string }) => (goodOf({ upc }) ? product(upc) : null),
  search: ({ text }: { text: string }) => [
    ...goods.filter(({ title }) => title.includes(text)).map(({ upc }) => product(upc)),
    null,
    person('u1'),
  ],
  byKind: ({ kind }: { kind: string }) =>
    goods.filter((good) => good.kind.toUpperCase() === kind).map(({ upc }) => product(upc)),
  latest: ({ first }: { first: number }) => notes.slice(0, first).map(review),
  shelves: () =>
    shelves.map(({ id, room, upcs }) => ({
      id,
      room,
      route: `${room.floor}/${id}`,
      labels: { id, tags: ['a', { b: 1 }] },
      rows: upcs.map((row) => row.map(product)),
    })),
  reprice: ({ upc, price }: { upc: string; price: number }) => ({ ...product(upc), price: price + counter.value++ }),
  rename: ({ id, name }: { id: string; name: string }) => ({ ...person(id), name: `${name}-${counter.value++}` }),
}
