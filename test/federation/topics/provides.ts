import type { Topic } from '../stage/topic.ts'

/** What a subgraph knows of an entity on one path alone. */
export const PROVIDES: Topic = {
  name: 'provides',
  subgraphs: {
    reviews: `
      type Query { latest: [Review!]! review: Review hits: [Hit!]! @provides(fields: "... on User { name }") }
      type Review { id: ID! author: User @provides(fields: "name address { city }") editor: User products: [Product!]! @provides(fields: "maker { name }") }
      type User @key(fields: "id") { id: ID! name: String @external address: Address @external }
      type Address @external { city: String }
      type Product @key(fields: "id") { id: ID! maker: User @external }
      union Hit = User | Product`,
    users: `
      type User @key(fields: "id") { id: ID! name: String @shareable address: Address @shareable age: Int }
      type Address { city: String @shareable street: String @shareable }
      type Product @key(fields: "id") { id: ID! maker: User @shareable title: String }`,
  },
  universe: () => {
    const users = ['Ada', 'Ben'].map((name, index) => ({
      __typename: 'User',
      id: `u${index}`,
      name,
      age: 30 + index,
      address: index === 0 ? { city: 'Oslo', street: 'S' } : null,
    }))
    const [ada, ben] = users
    const product = { __typename: 'Product', id: 'p', maker: ben, title: 'Pen' }
    const latest = [
      { id: 'r1', author: ada, editor: ben, products: [product] },
      { id: 'r2', author: ben, editor: null, products: [] },
    ]
    return { Query: { latest, review: latest[0], hits: [ada, product, ben] }, entities: [...users, product] }
  },
  cases: [
    ['the provided field is not fetched elsewhere', '{ latest { author { name } } }', { fetches: { reviews: 1 } }],
    ['an object of it neither', '{ latest { author { address { city } } } }', { fetches: { reviews: 1 } }],
    ['what is not provided is', '{ latest { author { name address { street } } } }'],
    ['on another path it is fetched', '{ latest { editor { name } } }', { fetches: { reviews: 1, users: 1 } }],
    ['both paths in one operation', '{ latest { author { name age } editor { name } } }'],
    ['in lists', '{ latest { products { maker { name } } } }', { fetches: { reviews: 1 } }],
    ['in lists, and more of it', '{ latest { products { title maker { name age } } } }'],
    ['on a type of a union', '{ hits { ... on User { name } ... on Product { id } } }', { fetches: { reviews: 1 } }],
    ['on a type of a union, and more', '{ hits { ... on User { name age } ... on Product { title maker { name } } } }'],
    ['by alias', '{ review { a: author { n: name } e: editor { n: name } } }'],
  ],
}
