import type { Topic } from '../stage/topic.ts'
import type { Arguments } from '../stage/universe.ts'

/** What a field needs of other subgraphs before it can be answered. */
export const REQUIRES: Topic = {
  name: 'requires',
  subgraphs: {
    catalogue: `
      type Query { product(id: ID!): Product products: [Product!]! media: [Media!]! wares: [Ware!]! }
      type Product @key(fields: "id") {
        id: ID! weight: Int size: Size tags: [String!]! parts: [Part!]! maker: Maker content: Content price(currency: String = "EUR"): Int
      }
      type Size { height: Int! width: Int! }
      type Part { code: String! count: Int! }
      type Maker @key(fields: "id") { id: ID! }
      union Content = Text | Film
      type Text { words: Int! }
      type Film { minutes: Int! }
      interface Media { id: ID! length: Int! }
      type Song implements Media @key(fields: "id") { id: ID! length: Int! }
      type Talk implements Media @key(fields: "id") { id: ID! length: Int! }
      interface Ware @key(fields: "id") { id: ID! mass: Int! }
      type Crate implements Ware @key(fields: "id") { id: ID! mass: Int! }
      type Bag implements Ware @key(fields: "id") { id: ID! mass: Int! }`,
    shipping: `
      type Product @key(fields: "id") {
        id: ID!
        weight: Int @external
        size: Size @external
        tags: [String!]! @external
        parts: [Part!]! @external
        maker: Maker @external
        content: Content @external
        price(currency: String = "EUR"): Int @external
        cost: Int @requires(fields: "weight")
        volume: Int @requires(fields: "size { height width }")
        label: String @requires(fields: "tags")
        pieces: Int @requires(fields: "parts { count }")
        origin: String @requires(fields: "maker { land }")
        effort: Int @requires(fields: "content { ... on Text { words } ... on Film { minutes } }")
        insurance: Int @requires(fields: "price")
        insuranceUsd: Int @requires(fields: "price(currency: \\"USD\\")")
        insuranceGbp: Int @requires(fields: "price(currency: \\"GBP\\")")
        express: Int @requires(fields: "rate")
        rate: Int @external
      }
      type Size @external { height: Int! width: Int! }
      type Part @external { count: Int! }
      type Maker @key(fields: "id") { id: ID! land: String @external }
      union Content = Text | Film
      type Text @external { words: Int! }
      type Film @external { minutes: Int! }
      type Song @key(fields: "id") { id: ID! length: Int! @external fee: Int! @requires(fields: "length") }
      type Talk @key(fields: "id") { id: ID! length: Int! @external fee: Int! @requires(fields: "length") }`,
    rates: `
      type Product @key(fields: "id") { id: ID! cost: Int @external rate: Int @requires(fields: "cost") }
      type Maker @key(fields: "id") { id: ID! land: String name: String }
      type Ware @key(fields: "id") @interfaceObject { id: ID! mass: Int! @external toll: Int! @requires(fields: "mass") }`,
  },
  universe: () => {
    const price = ({ currency }: Arguments) => 100 + JSON.stringify(currency ?? 'EUR').charCodeAt(1)
    const fields = {
      __typename: 'Product',
      cost: (_: Arguments, at: Numbers) => at.number('weight') * 2,
    }
    const product = (id: string, own: object) => ({
      ...fields,
      id,
      price,
      ...RULES,
      ...own,
    })
    const maker = { __typename: 'Maker', id: 'm', land: 'DK', name: 'Maker' }
    const products = [
      product('p1', {
        weight: 4,
        size: { height: 2, width: 3 },
        tags: ['a', 'b'],
        parts: [
          { code: 'x', count: 2 },
          { code: 'y', count: 5 },
        ],
        maker,
        content: { __typename: 'Text', words: 900 },
      }),
      product('p2', {
        weight: 6,
        size: null,
        tags: [],
        parts: [],
        maker: null,
        content: { __typename: 'Film', minutes: 90 },
      }),
      product('p3', {
        weight: null,
        size: { height: 1, width: 1 },
        tags: ['c'],
        parts: [{ code: 'z', count: 0 }],
        maker,
        content: null,
      }),
    ]
    const media = [
      { __typename: 'Song', id: 's', length: 3, fee: (_: Arguments, at: Numbers) => at.number('length') + 1 },
      { __typename: 'Talk', id: 't', length: 40, fee: (_: Arguments, at: Numbers) => at.number('length') + 2 },
    ]
    const wares = ['Crate', 'Bag'].map((__typename, index) => ({
      __typename,
      id: __typename,
      mass: 10 + index,
      toll: (_: Arguments, at: Numbers) => at.number('mass') * 3,
    }))
    return {
      Query: { products, product: ({ id }: Arguments) => products.find((one) => one.id === id), media, wares },
      entities: [...products, maker, ...media, ...wares],
    }
  },
  cases: [
    ['a leaf', '{ product(id: "p1") { cost } }', { fetches: { catalogue: 1, shipping: 1 } }],
    ['a leaf that is null', '{ product(id: "p3") { cost } }'],
    ['of every item of a list', '{ products { id cost } }', { fetches: { catalogue: 1, shipping: 1 } }],
    ['an object', '{ product(id: "p1") { volume } }'],
    ['an object that is null for some', '{ products { volume size { width } } }'],
    ['a list of leaves', '{ products { label } }'],
    ['a list of objects, partly', '{ products { pieces parts { code } } }'],
    ['something of an entity that a third subgraph has', '{ products { origin } }'],
    ['the same, selected by the caller as well', '{ products { origin maker { name land } } }'],
    ['of the members of a union', '{ products { effort } }'],
    [
      'of a union that the caller selects otherwise',
      '{ products { effort content { ... on Film { length: minutes } __typename } } }',
    ],
    ['what is selected besides', '{ products { cost weight } }'],
    ['what is selected under an alias', '{ products { cost w: weight } }'],
    ['something whose name the caller uses for something else', '{ products { cost weight: id } }'],
    ['an object whose name the caller uses for something else', '{ products { volume size: id } }'],
    ['an inner field whose name the caller uses for another', '{ products { volume size { width: height } } }'],
    ['a chain over three subgraphs', '{ products { rate } }', { fetches: { catalogue: 1, shipping: 1, rates: 1 } }],
    ['a chain and each of its links', '{ products { weight cost rate express } }'],
    ['an argument', '{ product(id: "p1") { insuranceUsd } }'],
    ['two values of one argument', '{ product(id: "p1") { insuranceUsd insuranceGbp } }'],
    [
      'an argument that the caller gives otherwise',
      '{ product(id: "p1") { price(currency: "CHF") insuranceUsd insuranceGbp insurance } }',
    ],
    ['a default that the caller overrides', '{ products { price(currency: "CHF") insurance } }'],
    [
      'a default that the caller overrides under an alias',
      '{ products { p: price(currency: "CHF") insurance price } }',
    ],
    [
      'an argument by a variable',
      'query ($c: String) { products { price(currency: $c) insurance insuranceGbp } }',
      { variables: { c: 'SEK' } },
    ],
    [
      'everything at once',
      '{ products { cost volume label pieces origin effort insurance insuranceUsd rate express } }',
    ],
    ['fields of the objects of an interface', '{ media { ... on Song { fee } ... on Talk { id fee } } }'],
    ['of an interface by an interface object', '{ wares { toll } }'],
    ['of an interface by an interface object, on one type', '{ wares { id ... on Crate { toll mass } } }'],
  ],
}

interface Numbers {
  readonly number: (name: string) => number
}

type At = Numbers & {
  readonly text: (name: string) => string
  readonly get: (name: string, args?: Arguments) => unknown
  readonly of: (name: string) => At
  readonly all: (name: string) => readonly At[]
}

const RULES = {
  volume: (_: Arguments, at: At) =>
    at.get('size') === null ? null : at.of('size').number('height') * at.of('size').number('width'),
  label: (_: Arguments, at: At) => (at.get('tags') as string[]).join('+'),
  pieces: (_: Arguments, at: At) => at.all('parts').reduce((sum, part) => sum + part.number('count'), 0),
  origin: (_: Arguments, at: At) => (at.get('maker') === null ? 'unknown' : at.of('maker').text('land')),
  effort: (_: Arguments, at: At) =>
    at.get('content') === null ? null : Number(at.of('content').get('words') ?? at.of('content').get('minutes')),
  insurance: (_: Arguments, at: At) => Number(at.get('price')) + 1,
  insuranceUsd: (_: Arguments, at: At) => Number(at.get('price', { currency: 'USD' })) + 2,
  insuranceGbp: (_: Arguments, at: At) => Number(at.get('price', { currency: 'GBP' })) + 3,
  rate: (_: Arguments, at: At) => at.number('cost') + 1,
  express: (_: Arguments, at: At) => at.number('rate') + 1,
}
