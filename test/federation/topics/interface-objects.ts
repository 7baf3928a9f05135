import type { Topic } from '../stage/topic.ts'
import type { Arguments, View } from '../stage/universe.ts'

/** Subgraphs that know an interface as one object. */
export const INTERFACE_OBJECTS: Topic = {
  name: 'interface objects',
  subgraphs: {
    media: `
      type Query { library: [Media!]! book: Book medium(id: ID!): Media }
      interface Media @key(fields: "id") { id: ID! title: String }
      type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
      type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }`,
    ratings: `
      type Query { best: [Media!]! rated(id: ID!): Media }
      type Media @key(fields: "id") @interfaceObject {
        id: ID! stars: Int! votes: [Vote!]! title: String @external slug: String @requires(fields: "title") sequel: Media
      }
      type Vote { by: String! about: Media! }`,
    shops: `
      type Media @key(fields: "id") @interfaceObject { id: ID! offers: [Offer!]! }
      type Offer { price: Int! media: Media! }
      type Query { offers: [Offer!]! }`,
  },
  universe: () => {
    const one = (__typename: string, id: string, own: object) => {
      const self: Record<string, unknown> & { __typename: string } = {
        __typename,
        id,
        title: `T${id}`,
        stars: id.length,
        votes: () => [{ by: 'x', about: self }],
        slug: (_: Arguments, at: View) => at.text('title').toLowerCase(),
        offers: () => [{ price: 3, media: self }],
        sequel: () => (id === 'b' ? film : null),
        ...own,
      }
      return self
    }
    const book = one('Book', 'b', { pages: 300 })
    const film = one('Film', 'ff', { minutes: 90 })
    const library = [book, film]
    const byId = ({ id }: Arguments) => library.find((each) => each['id'] === id)
    return {
      Query: { library, book, medium: byId, rated: byId, best: [film, book], offers: [{ price: 9, media: film }] },
      entities: library,
    }
  },
  cases: [
    ['its fields on every type', '{ library { title stars } }', { fetches: { media: 1, ratings: 1 } }],
    ['its fields on one type', '{ library { ... on Film { stars minutes } ... on Book { pages } } }'],
    ['its fields on an object', '{ book { stars pages } }'],
    ['reached from the object: nothing else is asked', '{ best { id stars } }', { fetches: { ratings: 1 } }],
    ['reached from the object: the type name', '{ best { __typename stars } }', { fetches: { ratings: 1, media: 1 } }],
    ['reached from the object: fields of the interface', '{ best { title stars } }'],
    [
      'reached from the object: fields of the types',
      '{ best { ... on Book { pages } ... on Film { minutes title } } }',
    ],
    ['reached from the object: its own field on one type', '{ best { ... on Film { stars } } }'],
    ['two objects of one interface', '{ library { stars offers { price } } }'],
    ['from one object to the other', '{ best { offers { price } } }', { fetches: { ratings: 1, shops: 1 } }],
    ['from one object to the other, with the type', '{ offers { media { __typename stars title } } }'],
    ['what it requires of the interface', '{ best { slug } }'],
    ['what it requires, from the interface', '{ library { slug ... on Book { stars } } }'],
    ['nested, in its own subgraph', '{ best { votes { by about { stars } } } }', { fetches: { ratings: 1 } }],
    ['nested, out of its subgraph', '{ best { votes { about { title ... on Film { minutes } } } } }'],
    ['one that is null', '{ best { id sequel { id title __typename } } }'],
    ['by argument', '{ rated(id: "ff") { stars ... on Film { minutes } } medium(id: "b") { stars } }'],
    ['nothing under the argument', '{ rated(id: "no") { stars title } }'],
    [
      'of two types: the name of one, fields of the other',
      '{ best { ... on Book { __typename stars } ... on Film { minutes } } }',
    ],
    ['of one type: its name and a field', '{ best { ... on Film { __typename stars } } }'],
    ['aliases of the type name', '{ best { kind: __typename stars ... on Film { is: __typename } } }'],
  ],
}
