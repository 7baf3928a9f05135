import type { Topic } from '../stage/topic.ts'
import type { Arguments, View } from '../stage/universe.ts'

/** Requirements of requirements, on ways that lead through subgraphs that know an interface as one object. */
export const OBJECT_CHAINS: Topic = {
  name: 'chains of requirements through interface objects',
  subgraphs: {
    base: `
      type Query { parts: [Part]! part(id: ID!): Part bolt: Bolt pieces: [Piece!]! boxes: [Box!]! }
      union Piece = Bolt | Nut | Note
      enum Unit { MM CM }
      interface Part @key(fields: "id") { id: ID! mass: Int length(unit: Unit = MM): Int cost: Int next: Part }
      type Bolt implements Part @key(fields: "id") {
        id: ID! mass: Int length(unit: Unit = MM): Int cost: Int next: Part turns: Int
      }
      type Nut implements Part @key(fields: "id") {
        id: ID! mass: Int length(unit: Unit = MM): Int next: Part tariff: Int @external cost: Int @requires(fields: "tariff")
      }
      type Note { text: String }
      type Box @key(fields: "id") { id: ID! lid: Part parts: [Part!] }`,
    customs: `
      type Query { nut: Nut }
      type Bolt @key(fields: "id") { id: ID! levy: Int @external total: Int @requires(fields: "levy") }
      type Nut @key(fields: "id") { id: ID! tariff: Int levy: Int @external total: Int @requires(fields: "levy") }`,
    prices: `
      type Query { priced: [Part!]! }
      enum Unit { MM CM }
      type Part @key(fields: "id") @interfaceObject {
        id: ID! plain: Int mass: Int @external cost: Int @external bulk: Int @external length(unit: Unit = MM): Int @external
        price: Int @requires(fields: "mass")
        margin: Int! @requires(fields: "cost")
        levy: Int @requires(fields: "bulk cost")
        label: Label @requires(fields: "bulk")
        width: Int @requires(fields: "length(unit: CM)")
      }
      type Label { text: String! part: Part! }`,
    stores: `
      type Query { stored: [Part] }
      type Part @key(fields: "id") @interfaceObject {
        id: ID! price: Int @external label: Label @external width: Int @external mass: Int @external margin: Int! @external levy: Int @external
        grade(of: Int = 0): Int @external
        shelf(side: Int = 0): Shelf @requires(fields: "price")
        bulk: Int @requires(fields: "price")
        rank: String @requires(fields: "label { text part { mass } }")
        room: Int @requires(fields: "width")
        twin: Part @requires(fields: "price")
        score: Int @requires(fields: "price grade(of: 2)")
      }
      type Label @external { text: String! part: Part! }
      type Shelf { no: Int! of: Part }
      type Box @key(fields: "id") {
        id: ID! lid: Part @external parts: [Part!] @external
        weight: Int @requires(fields: "lid { margin }") sum: Int @requires(fields: "parts { levy }")
      }`,
    makers: `
      type Query { made: [Part!] }
      type Part @key(fields: "id") @interfaceObject {
        id: ID! mass: Int @external grade(of: Int = 0): Int polish: Int @requires(fields: "mass")
      }`,
  },
  universe: () => {
    const parts = ['Bolt', 'Nut', 'Bolt'].map((__typename, index) => ({
      ...{
        __typename,
        id: `p${String(index)}`,
        mass: index === 2 ? null : index + 2,
        tariff: 70 + index,
        turns: index,
      },
      ...{ plain: index, next: () => parts[index + 1] ?? null, ...RULES },
      length: ({ unit }: Arguments) => (unit === 'CM' ? 1 : 10) * (index + 1),
      cost: __typename === 'Nut' ? (_: Arguments, at: View) => at.number('tariff') + 1 : 40 + index,
      twin: (_: Arguments, at: View) => (at.get('price') === 20 ? parts[1] : null),
      grade: ({ of }: Arguments) => 50 + 10 * index + Number(of),
      shelf: ({ side }: Arguments, at: View) => ({ no: at.number('price') + Number(side), of: parts[0] }),
      label: (_: Arguments, at: View) => ({ __typename: 'Label', text: `bulk ${at.text('bulk')}`, part: parts[1] }),
    }))
    const boxes = [
      { __typename: 'Box', id: 'b0', lid: parts[1], parts, ...BOX },
      { __typename: 'Box', id: 'b1', lid: null, parts: null, ...BOX },
    ]
    const [bolt, nut] = parts
    const byId = ({ id }: Arguments) => parts.find((part) => part.id === id)
    const lists = { parts: [...parts, null], priced: [nut, bolt], stored: [null, ...parts], made: [bolt, nut], boxes }
    const Query = { ...lists, part: byId, bolt, nut, pieces: [nut, { __typename: 'Note', text: 'no part' }, bolt] }
    return { Query, entities: [...parts, ...boxes] }
  },
  cases: [
    ['two links, from the interface', '{ parts { id bulk } }', { fetches: { base: 1, prices: 1, stores: 1 } }],
    ['two links, from one of its objects', '{ bolt { bulk } }', { fetches: { base: 1, prices: 1, stores: 1 } }],
    ['two links, from where they begin', '{ priced { bulk } }'],
    ['two links, from where they end', '{ stored { bulk } }'],
    ['two links, with the type name', '{ stored { __typename bulk } }'],
    ['each link', '{ parts { mass price bulk levy } }'],
    ['three links, back in the subgraph of the first', '{ parts { levy } }'],
    ['three links, from where they lead back', '{ priced { levy plain } }'],
    ['a link that one type requires something for', '{ parts { margin } }'],
    ['the same, from the object', '{ stored { margin cost } }'],
    ['the same, on one type', '{ parts { ... on Nut { margin } ... on Bolt { turns } } }'],
    ['on one type, from the object', '{ stored { ... on Bolt { bulk turns } } }'],
    ['different links on each type', '{ stored { ... on Bolt { bulk } ... on Nut { levy shelf { no } } } }'],
    ['different links alike on each type', '{ parts { ... on Bolt { n: bulk } ... on Nut { n: levy } } }'],
    [
      'a link with different arguments on each type',
      '{ parts { ... on Bolt { shelf(side: 1) { no } } ... on Nut { shelf(side: 2) { no } } } }',
    ],
    [
      'the same, from the object',
      '{ stored { ... on Bolt { shelf(side: 1) { no } } ... on Nut { shelf(side: 2) { no } } } }',
    ],
    ['under aliases', '{ parts { a: levy price: bulk bulk: price } }'],
    ['members of a union', '{ pieces { ... on Nut { levy } ... on Part { bulk } ... on Note { text } } }'],
    ['an object that requires an end', '{ nut { total } bolt { total levy } }'],
    [
      'an object that requires an end, from the object',
      '{ stored { ... on Nut { total } ... on Bolt { total bulk } } }',
    ],
    ['an object as a link', '{ parts { rank } }'],
    ['an object as a link, asked for as well', '{ priced { rank label { text part { __typename bulk } } } }'],
    ['an object at the end, and what it leads to', '{ parts { shelf { no of { id price ... on Bolt { turns } } } } }'],
    ['the interface at the end', '{ stored { twin { __typename id bulk ... on Nut { tariff } } } }'],
    ['required with an argument', '{ parts { room length } }'],
    ['required with an argument, the link alone', '{ stored { length(unit: MM) width room } }'],
    ['required with an argument, of another interface object', '{ stored { score grade } }'],
    ['the same, on each type', '{ parts { ... on Bolt { score } ... on Nut { grade(of: 1) s: score } } }'],
    ['no chain, on one type of another interface object', '{ stored { ... on Bolt { polish } } }'],
    ['no chain, on one type of its own', '{ made { ... on Nut { polish } polish } }'],
    ['links of an object within', '{ boxes { weight } }'],
    ['links of each of a list', '{ boxes { sum parts { price } } }'],
    ['from one part to the next', '{ parts { bulk next { bulk next { levy } } } }'],
    ['nothing there', '{ part(id: "no") { bulk } }'],
    ['skipped', 'query ($a: Boolean!) { parts { id bulk @skip(if: $a) } }', { variables: { a: true } }],
    ['one of them skipped', 'query ($a: Boolean!) { parts { bulk levy @skip(if: $a) } }', { variables: { a: true } }],
    [
      'one of them under a condition on each type',
      'query ($a: Boolean!) { stored { ... on Bolt @include(if: $a) { levy } ... on Nut { bulk @skip(if: $a) levy } } }',
      { variables: { a: true } },
    ],
    [
      'the type name and a link under a condition on one type',
      'query ($a: Boolean!) { stored { ... on Bolt @include(if: $a) { __typename price } bulk } }',
      { variables: { a: true } },
    ],
    [
      'by a fragment of the caller',
      '{ parts { ...B } stored { ...B ... on Nut { ...B } } } fragment B on Part { __typename bulk levy }',
    ],
  ],
}

const RULES = {
  price: (_: Arguments, at: View) => (at.get('mass') === null ? null : at.number('mass') * 10),
  bulk: (_: Arguments, at: View) => (at.get('price') === null ? null : at.number('price') + 1),
  margin: (_: Arguments, at: View) => at.number('cost') / 2,
  levy: (_: Arguments, at: View) => at.number('bulk') * 1000 + at.number('cost'),
  rank: (_: Arguments, at: View) => `${at.of('label').text('text')} of ${at.of('label').of('part').text('mass')}`,
  width: (_: Arguments, at: View) => at.number('length', { unit: 'CM' }) + 3,
  room: (_: Arguments, at: View) => at.number('width') * 7,
  score: (_: Arguments, at: View) => at.number('grade', { of: 2 }) * 1000 + Number(at.get('price') ?? 0),
  polish: (_: Arguments, at: View) => Number(at.get('mass') ?? 9) + 1,
  total: (_: Arguments, at: View) => at.number('levy') + 1,
}

const BOX = {
  weight: (_: Arguments, at: View) => (at.get('lid') === null ? null : at.of('lid').number('margin') + 5),
  sum: (_: Arguments, at: View) => at.all('parts').reduce((sum, part) => sum + part.number('levy'), 0),
}
