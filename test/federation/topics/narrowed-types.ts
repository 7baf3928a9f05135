import type { Topic } from '../stage/topic.ts'

/** A field that leads to an interface, of which a subgraph knows one type alone and says so. */
export const NARROWED_TYPES: Topic = {
  name: 'narrowed types',
  subgraphs: {
    shop: `
      type Query { product: Product }
      interface Product { like: Product }
      type Book implements Product @key(fields: "id") { id: ID! like: Product @shareable }`,
    prices: 'type Book @key(fields: "id") { id: ID! price: Float like: Book @shareable }',
  },
  universe: () => {
    const book = (id: string, price: number, like: () => unknown) => ({ __typename: 'Book', id, price, like })
    const first: unknown = book('1', 10.5, () => second)
    const second = book('2', 8, () => first)
    return { Query: { product: first }, entities: [book('1', 10.5, () => second), second] }
  },
  cases: [
    ['a field of the type', '{ product { like { ... on Book { id price } } } }'],
    ['the type name of each', '{ product { __typename like { __typename like { __typename } } } }'],
    [
      'a field of the type, from the subgraph that knows no other',
      '{ product { like { ... on Book { price like { ... on Book { price like { ... on Book { price } } } } } } } }',
    ],
  ],
}
