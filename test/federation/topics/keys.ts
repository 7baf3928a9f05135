import type { Topic } from '../stage/topic.ts'

/** Single keys, several keys, composite and nested ones, keys of lists, keys that lead from one key to another. */
export const KEYS: Topic = {
  name: 'keys',
  subgraphs: {
    catalogue: `
      type Query { product(upc: ID!): Product products: [Product!]! shelf: Shelf }
      type Product @key(fields: "upc") @key(fields: "sku { maker number }") @key(fields: "id") {
        id: ID! upc: ID! sku: Sku! title: String
      }
      type Sku { maker: String! number: Int! }
      type Shelf @key(fields: "row { room { id } } slots { at }") { row: Row! slots: [Slot!]! label: String }
      type Row { room: Room! }
      type Room @key(fields: "id") { id: ID! }
      type Slot { at: Int! }`,
    prices: `
      type Product @key(fields: "sku { maker number }") { sku: Sku! price: Int discounts: [Discount] }
      type Sku { maker: String! number: Int! }
      type Discount @key(fields: "code product { id }") { code: String! product: Product! percent: Int }
      extend type Product @key(fields: "id") { id: ID! }`,
    stock: `
      type Product @key(fields: "upc") { upc: ID! inStock: Int stores: [Store!]! }
      type Store @key(fields: "city street") { city: String! street: String! }
      type Shelf @key(fields: "row { room { id } } slots { at }") { row: Row! slots: [Slot!]! load: Int }
      type Row { room: Room! }
      type Room @key(fields: "id") { id: ID! }
      type Slot { at: Int! }`,
    geography: `
      type Store @key(fields: "street city") { city: String! street: String! country: String manager: Person }
      type Room @key(fields: "id") { id: ID! floor: Int }
      type Person @key(fields: "id") { id: ID! }
      type Discount @key(fields: "code product { id }") { code: String! product: Product! until: String }
      type Product @key(fields: "id") { id: ID! }`,
    people: `type Person @key(fields: "id") @key(fields: "mail") { id: ID! mail: String! name: String favourite: Product }
      type Product @key(fields: "upc") { upc: ID! }`,
  },
  universe: () => {
    const ada = { __typename: 'Person', id: 'a', mail: 'a@x', name: 'Ada', favourite: () => lamp }
    const stores = [
      { __typename: 'Store', city: 'Bonn', street: 'A 1', country: 'DE', manager: ada },
      { __typename: 'Store', city: 'Bonn', street: 'B 2', country: 'DE', manager: null },
    ]
    const lamp = {
      __typename: 'Product',
      id: 'p1',
      upc: 'u1',
      sku: { maker: 'acme', number: 1 },
      title: 'Lamp',
      price: 10,
      inStock: 3,
      stores,
      discounts: () => [xmas, null],
    }
    const desk = {
      ...lamp,
      id: 'p2',
      upc: 'u2',
      sku: { maker: 'acme', number: 2 },
      title: 'Desk',
      price: null,
      inStock: 0,
      stores: [stores[1]],
      discounts: [],
    }
    const xmas = { __typename: 'Discount', code: 'X', product: lamp, percent: 5, until: '24.12.' }
    const room = { __typename: 'Room', id: 'r', floor: 2 }
    const shelf = { __typename: 'Shelf', row: { room }, slots: [{ at: 1 }, { at: 2 }], label: 'S', load: 7 }
    return {
      Query: {
        product: ({ upc }: { upc?: unknown }) => [lamp, desk].find((one) => one.upc === upc),
        products: [lamp, desk],
        shelf,
      },
      entities: [ada, ...stores, lamp, desk, xmas, room, shelf],
    }
  },
  cases: [
    ['one subgraph alone', '{ product(upc: "u1") { title } }', { fetches: { catalogue: 1 } }],
    ['a single key', '{ product(upc: "u1") { title inStock } }', { fetches: { catalogue: 1, stock: 1 } }],
    ['a key of an object', '{ products { title price } }', { fetches: { catalogue: 1, prices: 1 } }],
    ['two keys of one entity in one operation', '{ products { price inStock } }'],
    ['a composite key, in another order', '{ products { stores { country } } }'],
    ['a nested key with a list', '{ shelf { label load row { room { floor } } } }'],
    ['an entity in a key', '{ products { discounts { percent until } } }'],
    ['a chain of three keys', '{ products { stores { manager { name } } } }'],
    ['around a circle and back', '{ products { stores { manager { favourite { title price stores { city } } } } } }'],
    ['a key from another key', '{ products { stores { manager { favourite { discounts { code until } } } } } }'],
    ['an entity that nobody knows', '{ product(upc: "no") { title price inStock } }', { fetches: { catalogue: 1 } }],
    [
      'the same entity under two aliases',
      '{ a: product(upc: "u1") { price } b: product(upc: "u1") { price inStock } }',
    ],
    ['the key alone', '{ products { upc sku { number } } }', { fetches: { catalogue: 1 } }],
    ['keys under aliases', '{ products { upc: id id: upc price inStock } }'],
  ],
}
