import type { Topic } from '../stage/topic.ts'
import type { Arguments, Thing, View } from '../stage/universe.ts'

/** Arguments that an object above says (`@context`, `@fromContext`). */
export const CONTEXTS: Topic = {
  name: 'contexts',
  subgraphs: {
    pages: `
      type Query { reader(id: ID!): Reader readers: [Reader!]! any: [Place!]! }
      type Mutation { move(id: ID!, city: String!): Reader }
      union Place = Reader | Shop
      type Reader @key(fields: "id") @context(name: "place") @context(name: "reader") {
        id: ID! city: String language: String @external
        settings: Settings rooms: [Room!] card: Card cards: [Card] poster: Poster shelf: Shelf friend: Reader
      }
      type Settings { units: String sizes: [Int!] }
      type Room { size: Int }
      type Shop @key(fields: "id") @context(name: "place") { id: ID! town: String poster: Poster }
      type Poster @key(fields: "id") { id: ID! weather(city: String @fromContext(field: "$place ... on Reader { city } ... on Shop { town }")): String }
      type Shelf { cards: [[Card!]!]! below: Shelf }
      type Card @key(fields: "id") {
        id: ID!
        plain: String
        like(city: String @fromContext(field: "$reader { city }")): Reader
        title(short: Boolean = false, language: String @fromContext(field: "$reader { language }")): String
        weather(city: String @fromContext(field: "$reader { city }")): String
        shape(sizes: [Int] @fromContext(field: "$reader { rooms { size } }")): String
        weight(units: String @fromContext(field: "$reader { settings { units } }")): String!
      }`,
    people: `
      type Reader @key(fields: "id") { id: ID! language: String favourites: [Card!]! }
      type Card @key(fields: "id") { id: ID! stars: Int owner: Reader }`,
  },
  universe: () => {
    const readers = new Map<string, Thing>()
    const reader = (id: string, own: Thing): Thing => {
      const seen = (card: string): Thing => inContext(card, own, readers)
      const one: Thing = {
        ...{ __typename: 'Reader', id, ...own },
        card: () => (id === 'r3' ? null : seen('c1')),
        poster: () => inContext('p', own, readers, 'Poster'),
        cards: () => [seen('c1'), null, seen('c2')],
        shelf: () => ({ cards: [[seen('c1')], []], below: { cards: [[seen('c2'), seen('c1')]], below: null } }),
        favourites: () => [seen('c2')],
        friend: () => readers.get(id === 'r1' ? 'r2' : 'r1'),
      }
      readers.set(id, one)
      return one
    }
    const all = [
      reader('r1', {
        rooms: [{ size: 1 }, { size: 4 }],
        city: 'Rome',
        language: 'it',
        settings: { units: 'kg', sizes: [1] },
      }),
      reader('r2', { rooms: [], city: 'York', language: 'en', settings: { units: 'lb', sizes: [] } }),
      reader('r3', { city: null, language: null, settings: null }),
      reader('r4', {
        rooms: [{ size: null }],
        city: 'Rome',
        language: 'it',
        settings: { units: 'kg', sizes: [] },
      }),
    ]
    const shop = {
      __typename: 'Shop',
      id: 's',
      town: 'Oslo',
      poster: () => inContext('p', { city: 'Oslo' }, readers, 'Poster'),
    }
    return {
      Query: { readers: all, reader: ({ id }: Arguments) => readers.get(String(id)), any: [all[1], shop] },
      Mutation: {
        move: ({ id, city }: Arguments) =>
          reader(String(id), { city, language: 'fr', settings: { units: 't', sizes: [] } }),
      },
      entities: [
        ...all,
        shop,
        ...['c1', 'c2'].map((id) => inContext(id, {}, readers)),
        inContext('p', {}, readers, 'Poster'),
      ],
    }
  },
  cases: [
    [
      'of the parent, from another subgraph',
      '{ reader(id: "r1") { card { title } } }',
      { fetches: { pages: 2, people: 1 } },
    ],
    ['beside arguments of the caller', '{ reader(id: "r1") { card { title(short: true) long: title } } }'],
    [
      'by a variable of the caller beside it',
      'query ($s: Boolean) { reader(id: "r2") { card { title(short: $s) } } }',
      { variables: { s: true } },
    ],
    ['of each of a list', '{ readers { cards { weather } } }', { fetches: { pages: 4 } }],
    ['that is null', '{ reader(id: "r3") { cards { title weather } } }'],
    ['of an object in the one that says it', '{ reader(id: "r1") { cards { weight } } }'],
    ['a null where there must be something', '{ readers { id cards { weight } } }'],
    [
      'from far above, through lists of lists',
      '{ readers { shelf { cards { weather id } below { cards { title weather } } } } }',
    ],
    ['of the types of a union', '{ any { ... on Reader { poster { weather } } ... on Shop { poster { weather } } } }'],
    [
      'of the nearest object that says it',
      '{ reader(id: "r1") { card { title } friend { card { title weather } friend { card { title } } } } }',
    ],
    ['on objects of another subgraph', '{ readers { favourites { title stars } } }'],
    [
      'selected by the caller as well, under an alias',
      '{ readers { tongue: language language: city card { title weather } } }',
    ],
    ['several of one field’s parent', '{ readers { card { id plain title weather stars } } }'],
    ['of a mutation’s result', 'mutation { move(id: "r1", city: "Nice") { city card { weather } } }'],
    [
      'skipped',
      'query ($a: Boolean!) { reader(id: "r1") { card { id title @skip(if: $a) } } }',
      { variables: { a: true }, fetches: { pages: 1 } },
    ],
    [
      'two, the other left out',
      'query ($a: Boolean!) { readers { card { title @skip(if: $a) weather } } }',
      { variables: { a: true } },
    ],
    [
      'two, one of them left out with the object that leads there',
      'query ($a: Boolean!) { reader(id: "r1") { card { weather } ... @include(if: $a) { card { title } } } }',
      { variables: { a: false } },
    ],
    ['of another subgraph, which leads to the object as well', '{ readers { favourites { title weather weight } } }'],
    [
      'of an object that is fetched beside the one that is told',
      '{ readers { favourites { owner { favourites { weather title weight } } } card { title weather } } }',
    ],
    [
      'in fragments that two places share',
      '{ reader(id: "r1") { card { ...of } friend { cards { ...of } } } } fragment of on Card { title weather }',
    ],
    [
      'under names that are the gateway’s own',
      'query ($context__1: Boolean!) { reader(id: "r1") { context__1: id card { context__2: title(short: $context__1) } } }',
      { variables: { context__1: true } },
    ],
    ['a list', '{ readers { card { shape } } }'],
    [
      'of an object that somebody is told to lead to',
      '{ reader(id: "r1") { card { like { id city card { title like { id card { like { city } weather } } } } } } }',
    ],
    ['behind an entity that leads back', '{ reader(id: "r2") { card { owner { card { title weather } } } } }'],
  ],
}

/** A card as somebody sees it: one server knows who that is, a subgraph is told. */
const inContext = (id: string, context: Thing, readers: ReadonlyMap<string, Thing>, __typename = 'Card'): Thing => {
  const settings = context['settings'] as Thing | null | undefined // as the universe above writes them
  const rooms = context['rooms'] as readonly (Thing | null)[] | undefined // the same
  const sizes = rooms?.map((room) => room?.['size'] ?? null) ?? null
  const told = (args: Arguments, name: string, own: unknown): string => {
    const said = Object.hasOwn(args, name) ? args[name] : own
    return typeof said === 'string' ? said : 'nobody said'
  }
  return {
    ...{ __typename, id, plain: `plain ${id}`, stars: id.length },
    owner: () => readers.get('r1'),
    like: (args: Arguments) => readers.get(told(args, 'city', context['city']) === 'Rome' ? 'r2' : 'r1'),
    shape: (args: Arguments) => JSON.stringify(Object.hasOwn(args, 'sizes') ? args['sizes'] : sizes),
    title: (args: Arguments) =>
      `${id} in ${told(args, 'language', context['language'])}${args['short'] === true ? ', short' : ''}`,
    weather: (args: Arguments) => `${id} at ${told(args, 'city', context['city'])}`,
    weight: (args: Arguments, _: View) => {
      const units = told(args, 'units', settings?.['units'])
      return units === 'nobody said' ? null : `${id} in ${units}`
    },
  }
}
