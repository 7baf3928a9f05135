import type { Topic } from '../stage/topic.ts'
import type { Arguments, View } from '../stage/universe.ts'

/** Requirements of requirements, on a way that leads back into subgraphs it has left. */
export const CHAINS: Topic = {
  name: 'chains of requirements',
  subgraphs: {
    a: `
      type Query { fromA: [Thing!]! shape: Shape priced: [Priced!]! gear: Gear }
      type Gear @key(fields: "id") { id: ID! teeth: Int @external ratio: Int @requires(fields: "teeth") torque: Int @requires(fields: "teeth")
        spin(no: Int = 0): Int @external heat: Int @requires(fields: "spin(no: 2)") drag(by: Int = 0): Int @requires(fields: "spin(no: 1)") }
      interface Priced { id: ID! price: Int }
      type Product implements Priced @key(fields: "id") { id: ID! weight: Int @external price: Int @requires(fields: "weight") }
      type Gift implements Priced @key(fields: "id") { id: ID! price: Int }
      type Thing @key(fields: "id") {
        id: ID! one: Int
        two(plus: Int = 0): Int @external box: Box @external
        three: Int @requires(fields: "two")
        six(half: Boolean = false): Int @requires(fields: "box { five }")
        views(by: By): [View!] @external
        seven: Int @requires(fields: "views(by: { mode: SLIM }) { no ... on Card { mode } }")
        holder: Holder @external
        eight: String @requires(fields: "holder { no nick }")
      }
      enum Mode { WIDE SLIM } input By { mode: Mode = WIDE no: Int }
      interface View { no: Int! }
      type Card implements View @external { no: Int! mode: Mode }
      type Tile implements View @key(fields: "id") { id: ID! no: Int! @external }
      type Holder @key(fields: "org { id } no") { org: Org! no: Int! nick: String @external }
      type Org @shareable { id: ID! }
      type Box @external { five: Int }
      interface Shape { id: ID! side: Int }
      type Square implements Shape @key(fields: "id") { id: ID! side: Int }
      type Circle implements Shape @key(fields: "id") { id: ID! side: Int }`,
    b: `
      type Query { fromB: Thing }
      type Gear @key(fields: "id") { id: ID! teeth: Int torque: Int @external power: Int @requires(fields: "torque")
        spin(no: Int = 0): Int drag(by: Int = 0): Int @external wear: Int @requires(fields: "drag(by: 3)") }
      type Product @key(fields: "id") { id: ID! price: Int @external tax: Int @requires(fields: "price") }
      type Thing @key(fields: "id") {
        id: ID! plain: String
        one: Int @external three: Int @external other: Thing
        two(plus: Int = 0): Int @requires(fields: "one")
        four: Int @requires(fields: "three")
        box: Box @requires(fields: "three")
        far: Int @requires(fields: "six(half: true)")
        six(half: Boolean = false): Int @external
        views(by: By): [View!] @requires(fields: "three")
        holder: Holder @requires(fields: "three") @provides(fields: "nick")
      }
      enum Mode { WIDE SLIM } input By { mode: Mode = WIDE no: Int }
      interface View { no: Int! }
      type Card implements View { no: Int! mode: Mode }
      type Tile implements View @key(fields: "id") { id: ID! no: Int! thing: Thing }
      type Holder @key(fields: "org { id } no") { org: Org! no: Int! nick: String @external }
      type Org @shareable { id: ID! }
      type Box { five: Int tag: String }
      type Square @key(fields: "id") { id: ID! side: Int @external area: Int @requires(fields: "side") price: Int @external total: Int @requires(fields: "price") }
      type Circle @key(fields: "id") { id: ID! side: Int @external area: Int @requires(fields: "side") price: Int @external total: Int @requires(fields: "price") }`,
    c: `
      type Query { fromC: [Thing] product: Product }
      type Product @key(fields: "id") { id: ID! weight: Int }
      type Thing @key(fields: "id") { id: ID! name: String }
      type Holder @key(fields: "org { id } no") { org: Org! no: Int! nick: String @shareable }
      type Org @shareable { id: ID! }
      type Square @key(fields: "id") { id: ID! area: Int @external price: Int @requires(fields: "area") }
      type Circle @key(fields: "id") { id: ID! area: Int @external price: Int @requires(fields: "area") }`,
  },
  universe: () => {
    const things = ['t1', 't2'].map((id, index) => ({
      __typename: 'Thing',
      id,
      name: id.toUpperCase(),
      plain: `plain ${id}`,
      one: index + 1,
      other: () => things[1 - index],
      ...RULES,
    }))
    const shapes = ['Square', 'Circle'].map((__typename, index) => ({
      ...{ __typename, id: __typename, side: 3 + index },
      area: (_: Arguments, at: View) => at.number('side') ** 2,
      price: (_: Arguments, at: View) => at.number('area') * 100,
      total: (_: Arguments, at: View) => at.number('price') + 1,
    }))
    const priced = [PRODUCT, GIFT]
    const lists = { fromA: things, fromC: [things[1], null, things[0]], priced }
    const Query = { ...lists, fromB: things[0], shape: shapes[0], product: PRODUCT, gear: GEAR }
    return { Query, entities: [...things, ...shapes, ...priced, HOLDER, TILE, GEAR] }
  },
  cases: [
    ['two links, the last alone', '{ fromA { three } }', { fetches: { a: 2, b: 1 } }],
    ['three links, the last alone', '{ fromA { four } }', { fetches: { a: 2, b: 2 } }],
    ['three links, begun where they end', '{ fromB { four } }'],
    ['three links, begun in a subgraph that has none', '{ fromC { four name } }'],
    ['each link', '{ fromA { one two three four } }'],
    ['the second link beside the last', '{ fromB { two four } }'],
    ['the first link beside the last, under aliases', '{ fromB { first: one last: four } }'],
    ['a link with an argument of its own', '{ fromA { two(plus: 1) three } }'],
    ['an object as a link', '{ fromA { six } }'],
    ['an object as a link, asked for as well', '{ fromC { box { tag } six } }'],
    ['a last link that takes what has links', '{ fromA { id other { four } } }'],
    ['a link required with an argument', '{ fromC { far } }'],
    ['objects of an interface as a link', '{ fromA { seven } }'],
    [
      'objects of an interface as a link, asked for otherwise',
      '{ fromC { views(by: { no: 1 }) { __typename no ... on Tile { id thing { three } } ... on Card { mode } } seven } }',
    ],
    ['an entity as a link, with what is provided of it', '{ fromC { eight } }'],
    ['an entity as a link, asked for as well', '{ fromA { eight holder { org { id } nick } } }'],
    ['everything', '{ fromC { one two three four box { five tag } six far plain name other { six } } }'],
    [
      'the last link skipped',
      'query ($a: Boolean!) { fromA { plain four @skip(if: $a) } }',
      { variables: { a: true }, fetches: { a: 1, b: 1 } },
    ],
    [
      'the last link skipped, one in between not',
      'query ($a: Boolean!) { fromC { four @skip(if: $a) two } }',
      { variables: { a: true } },
    ],
    [
      'the last link included, one in between not',
      'query ($a: Boolean!) { fromC { four two @skip(if: $a) } }',
      { variables: { a: true } },
    ],
    ['on the objects of an interface', '{ shape { ... on Square { total } ... on Circle { total } } }'],
    ['a link that an interface declares, by the interface', '{ priced { __typename id price } }'],
    ['a link that an interface declares, and what requires it', '{ priced { price ... on Product { tax weight } } }'],
    ['what is required of another, and is required by whom it leads through as well', '{ gear { power } }'],
    ['the same, with all that it leads through', '{ gear { ratio torque power teeth } }'],
    ['links of one subgraph that require one field with different arguments', '{ gear { heat wear } }'],
    ['a link that an interface declares, from elsewhere', '{ product { tax } }'],
    ['on one object of an interface', '{ shape { side ... on Square { price total } } }'],
  ],
}

const HOLDER = { __typename: 'Holder', org: { __typename: 'Org', id: 'o' }, no: 9, nick: 'nine' }

const PRODUCT = {
  ...{ __typename: 'Product', id: 'p', weight: 4 },
  price: (_: Arguments, at: View) => at.number('weight') * 10,
  tax: (_: Arguments, at: View) => at.number('price') / 5,
}

const GIFT = { __typename: 'Gift', id: 'g', price: 0 }

const GEAR = {
  ...{ __typename: 'Gear', id: 'gear', teeth: 12 },
  ratio: (_: Arguments, at: View) => at.number('teeth') / 3,
  torque: (_: Arguments, at: View) => at.number('teeth') * 2,
  power: (_: Arguments, at: View) => at.number('torque') + 1,
  spin: ({ no = 0 }: Arguments) => 5 + Number(no),
  heat: (_: Arguments, at: View) => at.number('spin', { no: 2 }) * 100,
  drag: ({ by = 0 }: Arguments, at: View) => at.number('spin', { no: 1 }) + Number(by) * 10,
  wear: (_: Arguments, at: View) => at.number('drag', { by: 3 }) + 1,
}

const TILE = {
  ...{ __typename: 'Tile', id: 'tile', no: 1 },
  thing: (): object => ({ __typename: 'Thing', id: 't1', one: 1, ...RULES }),
}

const RULES = {
  two: ({ plus = 0 }: Arguments, at: View) => at.number('one') * 10 + Number(plus),
  three: (_: Arguments, at: View) => at.number('two') + 3,
  four: (_: Arguments, at: View) => at.number('three') + 4,
  box: (_: Arguments, at: View) => ({ __typename: 'Box', five: at.number('three') + 5, tag: 'box' }),
  six: ({ half }: Arguments, at: View) => (at.of('box').number('five') + 6) / (half === true ? 2 : 1),
  views: ({ by }: Arguments, at: View) => [
    { __typename: 'Card', no: at.number('three'), mode: (by as Arguments | undefined)?.['mode'] ?? 'none' },
    TILE,
  ],
  seven: (_: Arguments, at: View) =>
    at.all('views', { by: { mode: 'SLIM' } }).reduce((sum, view) => sum + view.number('no'), 0),
  holder: () => HOLDER,
  eight: (_: Arguments, at: View) => `${at.of('holder').text('nick')} ${at.of('holder').text('no')}`,
  far: (_: Arguments, at: View) => at.number('six', { half: true }) + 7,
}
