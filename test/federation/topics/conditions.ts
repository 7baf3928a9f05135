import type { Topic } from '../stage/topic.ts'
import type { Arguments, View } from '../stage/universe.ts'

const both = (a: boolean, b: boolean) => ({ variables: { a, b } })

/** `@skip` and `@include`, on fields and fragments, over the borders of subgraphs. */
export const CONDITIONS: Topic = {
  name: 'skip and include',
  subgraphs: {
    a: `
      type Query { user: User users: [User!]! any: [Any!]! }
      type User @key(fields: "id") { id: ID! name: String tall: Int wide: Int pet: Pet body: Body }
      type Body { mass: Int! hair: Hair }
      type Hair { length: Int! }
      type Pet @key(fields: "id") { id: ID! name: String }
      union Any = User | Pet`,
    b: `
      type User @key(fields: "id") {
        id: ID! tall: Int @external wide: Int @external
        body: Body @external weight: Int @requires(fields: "body { mass }") locks: Int @requires(fields: "body { hair { length } }")
        age: Int score: Int friend: User area: Int @requires(fields: "tall wide") length: Int @requires(fields: "tall") width: Int @requires(fields: "wide")
      }
      type Body @external { mass: Int! hair: Hair } type Hair @external { length: Int! }
      type Query { elder: User }`,
    c: `type User @key(fields: "id") { id: ID! mail: String pet: Pet @shareable } type Pet @key(fields: "id") { id: ID! toys: [String!]! }`.replace(
      'pet: Pet @shareable',
      'post: String',
    ),
  },
  universe: () => {
    const pet = { __typename: 'Pet', id: 'p', name: 'Rex', toys: ['ball'] }
    const users = ['u1', 'u2'].map((id, index) => ({
      __typename: 'User',
      id,
      name: id.toUpperCase(),
      tall: 10 + index,
      wide: 20 + index,
      pet: index === 0 ? pet : null,
      age: 30 + index,
      score: index,
      body: { mass: 70 + index, hair: { length: index } },
      weight: (_: Arguments, at: View) => at.of('body').number('mass') * 10,
      locks: (_: Arguments, at: View) => at.of('body').of('hair').number('length') + 5,
      mail: `${id}@x`,
      post: 'P',
      friend: () => users[1 - index],
      area: (_: Arguments, at: View) => at.number('tall') * at.number('wide'),
      length: (_: Arguments, at: View) => at.number('tall') + 1,
      width: (_: Arguments, at: View) => at.number('wide') + 1,
    }))
    return { Query: { user: users[0], users, elder: users[1], any: [users[0], pet] }, entities: [...users, pet] }
  },
  cases: [
    [
      'a field that is skipped',
      'query ($a: Boolean!) { user { name age @skip(if: $a) } }',
      { variables: { a: true }, fetches: { a: 1 } },
    ],
    [
      'a fetch that is skipped, by a variable that is called as the planner calls its own',
      'query ($representations: Boolean!) { user { name ... @include(if: $representations) { age score } } }',
      { variables: { representations: false }, fetches: { a: 1 } },
    ],
    [
      'a fetch that is not, by such a variable',
      'query ($representations: Boolean!) { user { name ... @include(if: $representations) { age score } } }',
      { variables: { representations: true }, fetches: { a: 1, b: 1 } },
    ],
    [
      'a field that is not',
      'query ($a: Boolean!) { user { name age @skip(if: $a) } }',
      { variables: { a: false }, fetches: { a: 1, b: 1 } },
    ],
    [
      'a field that is included',
      'query ($a: Boolean!) { user { name age @include(if: $a) } }',
      { variables: { a: true } },
    ],
    [
      'a field that is not included',
      'query ($a: Boolean!) { user { name age @include(if: $a) } }',
      { variables: { a: false }, fetches: { a: 1 } },
    ],
    [
      'both: skipped',
      'query ($a: Boolean!, $b: Boolean!) { user { name age @skip(if: $a) @include(if: $b) } }',
      both(true, true),
    ],
    [
      'both: there',
      'query ($a: Boolean!, $b: Boolean!) { user { name age @skip(if: $a) @include(if: $b) } }',
      both(false, true),
    ],
    [
      'both: not included',
      'query ($a: Boolean!, $b: Boolean!) { user { name age @include(if: $b) @skip(if: $a) } }',
      both(false, false),
    ],
    [
      'two fields of one fetch, each by its own',
      'query ($a: Boolean!, $b: Boolean!) { user { age @include(if: $a) score @include(if: $b) } }',
      both(false, true),
    ],
    [
      'an inline fragment',
      'query ($a: Boolean!) { user { ... @include(if: $a) { age mail } name } }',
      { variables: { a: false }, fetches: { a: 1 } },
    ],
    [
      'an inline fragment in one',
      'query ($a: Boolean!, $b: Boolean!) { user { ... @include(if: $a) { age ... @skip(if: $b) { mail name } } } }',
      both(true, false),
    ],
    [
      'a spread',
      'query ($a: Boolean!) { users { id ...F @skip(if: $a) } } fragment F on User { mail age }',
      { variables: { a: false } },
    ],
    [
      'a spread twice, with other conditions',
      'query ($a: Boolean!, $b: Boolean!) { users { ...F @include(if: $a) ...F @include(if: $b) } } fragment F on User { mail }',
      both(false, true),
    ],
    [
      'a field twice, once with a condition',
      'query ($a: Boolean!) { user { age age @include(if: $a) friend @skip(if: $a) { name } friend { mail } } }',
      { variables: { a: true } },
    ],
    [
      'a field twice, with opposite ones',
      'query ($a: Boolean!) { user { friend @skip(if: $a) { name age } friend @include(if: $a) { mail } } }',
      { variables: { a: true } },
    ],
    [
      'the only field of an object',
      'query ($a: Boolean!) { user { friend { name @include(if: $a) } } }',
      { variables: { a: false } },
    ],
    [
      'a root field',
      'query ($a: Boolean!) { user @include(if: $a) { mail } elder { name } }',
      { variables: { a: false } },
    ],
    [
      'every root field',
      'query ($a: Boolean!) { user @include(if: $a) { mail } elder @include(if: $a) { name } }',
      { variables: { a: false }, fetches: {} },
    ],
    [
      'a type name',
      'query ($a: Boolean!) { user { __typename @skip(if: $a) name } any { kind: __typename @include(if: $a) ... on Pet { toys } } }',
      { variables: { a: true } },
    ],
    [
      'literals',
      '{ user { name @skip(if: false) age @include(if: false) mail @skip(if: true) } }',
      { fetches: { a: 1 } },
    ],
    [
      'a variable with a default',
      'query ($a: Boolean = true) { user { name age @skip(if: $a) } }',
      { fetches: { a: 1 } },
    ],
    [
      'a variable with a default that is given',
      'query ($a: Boolean = true) { user { name age @skip(if: $a) } }',
      { variables: { a: false } },
    ],
    [
      'what is required by a field that is skipped is not missed',
      'query ($a: Boolean!) { user { length @skip(if: $a) name } }',
      { variables: { a: true } },
    ],
    [
      'two requirements, one field skipped',
      'query ($a: Boolean!) { user { length @skip(if: $a) width } }',
      { variables: { a: true } },
    ],
    [
      'two requirements, none skipped',
      'query ($a: Boolean!) { users { length @skip(if: $a) width } }',
      { variables: { a: false } },
    ],
    [
      'two requirements, the other skipped',
      'query ($a: Boolean!, $b: Boolean!) { users { length @skip(if: $a) width @include(if: $b) } }',
      both(false, false),
    ],
    [
      'a requirement skipped beside a field without one',
      'query ($a: Boolean!) { users { length @include(if: $a) score } }',
      { variables: { a: false } },
    ],
    [
      'three requirements in fragments',
      'query ($a: Boolean!, $b: Boolean!) { users { ... @include(if: $a) { area } ... @skip(if: $b) { length } age } }',
      both(false, false),
    ],
    [
      'two parts of one object required, the field of one skipped',
      'query ($a: Boolean!) { users { weight locks @skip(if: $a) } }',
      { variables: { a: true } },
    ],
    [
      'two parts of one object required, the field of the other skipped',
      'query ($a: Boolean!) { users { ... @skip(if: $a) { weight } locks } }',
      { variables: { a: true } },
    ],
    [
      'two parts of one object required, neither skipped, and the object asked for as well',
      'query ($a: Boolean!) { users { weight locks @skip(if: $a) body { mass } } }',
      { variables: { a: false } },
    ],
    [
      'a condition in lists',
      'query ($a: Boolean!) { users { friend { friend @skip(if: $a) { mail } name } } }',
      { variables: { a: false } },
    ],
    [
      'on types of a union',
      'query ($a: Boolean!) { any { ... on User @skip(if: $a) { mail } ... on Pet @include(if: $a) { toys } } }',
      { variables: { a: true } },
    ],
  ],
}
