import type { Topic } from '../stage/topic.ts'

/** Fields and value types that several subgraphs answer. */
export const SHARING: Topic = {
  name: 'shareable',
  subgraphs: {
    a: `
      type Query { here: Place @shareable both: Int @shareable one: Item items: [Item] }
      type Place @shareable { lat: Int! lon: Int! }
      type Item @key(fields: "id") { id: ID! name: String @shareable spot: Spot @shareable money: Money @shareable onlyA: Int }
      type Spot @shareable { lat: Int! lon: Int! }
      type Money @shareable { amount: Int! currency: String }`,
    b: `
      type Query { both: Int @shareable here: Place @shareable other: Item }
      type Place @shareable { lat: Int! lon: Int! }
      type Item @key(fields: "id") { id: ID! name: String @shareable spot: Spot @shareable onlyB: Int money: Money @shareable }
      type Money @shareable { amount: Int! currency: String rounded: Int }
      type Spot @shareable { lat: Int! height: Int }`,
    c: `
      type Item @key(fields: "id") { id: ID! spot: Spot @shareable onlyC: Item }
      type Spot @shareable { lat: Int! name: String }`,
  },
  universe: () => {
    const place = { lat: 1, lon: 2, height: 3, name: 'P' }
    const item = (id: string) => ({
      __typename: 'Item',
      id,
      name: id.toUpperCase(),
      spot: place,
      onlyA: 1,
      onlyB: 2,
      onlyC: () => items[1],
      money: { amount: 5, currency: id === 'i1' ? 'EUR' : null, rounded: 10 },
    })
    const items = ['i1', 'i2'].map(item)
    return { Query: { here: place, both: 7, one: items[0], other: items[1], items: [...items, null] }, entities: items }
  },
  cases: [
    ['a root field of two subgraphs is asked of one', '{ both }'],
    ['a value type that both have', '{ here { lat lon } }'],
    ['a value type of which one has more', '{ one { name onlyB } here { lat lon } }'],
    ['a shared field is not fetched again', '{ one { name onlyA } }', { fetches: { a: 1 } }],
    ['a field of a value type that the first lacks', '{ one { spot { lat height } } }'],
    ['of a value type what three subgraphs have', '{ items { spot { lat lon height name } } }'],
    [
      'the same with other fields of the same subgraphs',
      '{ items { name onlyA onlyB onlyC { name } spot { name lat height } } }',
    ],
    ['a shared field by the shortest way', '{ other { name onlyB } }', { fetches: { b: 1 } }],
    ['a shared object asked for twice', '{ one { money { amount } m: money { currency rounded } } }'],
    ['entities reached by both roots', '{ one { name onlyB } other { onlyA onlyB onlyC { spot { name } } } }'],
  ],
}
