import type { Topic } from '../stage/topic.ts'

/** Fields of all kinds that a client calls `__typename`, some of them with the names of types as their values. */
export const TYPENAMES: Topic = {
  name: 'fields that are called __typename',
  subgraphs: {
    a: `
      type Query { me: User! top: Result search: [Result!]! pair: [[Result]] things: [Thing!]! broken: User word: String! mine: Mine }
      type Mutation { add(by: Int!): User! word(to: String!): String! failHard: User }
      interface Thing { id: ID! name: String! }
      union Result = User | Post
      type User implements Thing @key(fields: "id") { id: ID! name: String! title: String! friend: User likes: [Result!]! }
      type Post implements Thing @key(fields: "id") { id: ID! name: String! by: User! typename_: Int typename__: String fails: String }
      type Mine { of: Thing kind: Kind }
      enum Kind { User Post }`,
    b: `
      type User @key(fields: "id") { id: ID! score: Int! hard: Int! nested: Nested! posts: [Post!]! told: String! }
      type Post @key(fields: "id") { id: ID! score: Int! name: String! @external length: Int! @requires(fields: "name") author: User }
      type Nested { name: String! of: User! }
      type Mutation { double: User! doubled: Int! }`,
    c: `
      type User @key(fields: "id") { id: ID! score: Int! @external rank: Int @requires(fields: "score") }
      interface Told @key(fields: "id") { id: ID! says: String! }
      type Loud implements Told @key(fields: "id") { id: ID! says: String! }
      type Quiet implements Told @key(fields: "id") { id: ID! says: String! }
      type Query { told: [Told!]! }`,
    d: `type Told @key(fields: "id") @interfaceObject { id: ID! stars: String! }`,
  },
  universe: () => {
    let score = 5
    const boom = (): never => {
      throw new Error('boom')
    }
    const ada: Record<string, unknown> & { __typename: string } = {
      __typename: 'User',
      id: 'u',
      name: 'Post',
      title: 'User',
      friend: null,
      likes: () => [post, ada],
      score: () => score,
      hard: boom,
      nested: () => ({ name: 'Result', of: ada }),
      posts: () => [post],
      told: 'Loud',
      rank: (_: unknown, { number }: { number: (name: string) => number }) => number('score') * 2,
    }
    const post: Record<string, unknown> & { __typename: string } = {
      __typename: 'Post',
      id: 'p',
      name: 'User',
      by: ada,
      typename_: 1,
      typename__: 'two',
      fails: boom,
      score: 7,
      length: (_: unknown, { text }: { text: (name: string) => string }) => text('name').length,
      author: ada,
    }
    const told = [
      { __typename: 'Loud', id: 'l', says: 'Quiet', stars: 'Quiet' },
      { __typename: 'Quiet', id: 'q', says: 'Loud', stars: 'Loud' },
    ]
    const add = ({ by }: { by?: unknown }) => ((score += Number(by)), ada)
    return {
      Query: {
        me: ada,
        top: post,
        search: [ada, post],
        pair: [[ada, null], null, [post]],
        things: [post, ada],
        broken: boom,
        word: 'Query',
        mine: { of: ada, kind: 'Post' },
        told,
      },
      Mutation: {
        add,
        word: ({ to }: { to?: unknown }) => String(to),
        failHard: boom,
        double: () => add({ by: score }),
        doubled: () => score * 2,
      },
      entities: [ada, post, ...told],
    }
  },
  cases: [
    ['a leaf, between others', '{ me { id __typename: name title } }', { fetches: { a: 1 } }],
    ['a leaf at the root', '{ __typename: word t: __typename }'],
    ['an object at the root', '{ __typename: me { __typename: name t: __typename score } }'],
    ['a list at the root', '{ __typename: search { ... on User { __typename: name } ... on Post { n: name } } }'],
    ['lists of lists', '{ __typename: pair { ... on User { __typename: title score } ... on Post { length } } }'],
    ['the key of an entity elsewhere', '{ me { __typename: id score } }'],
    ['a field of an entity elsewhere', '{ me { name __typename: score rank } }'],
    ['a field that another is computed from', '{ things { ... on Post { __typename: name length } } }'],
    ['one that is computed', '{ me { __typename: rank score } }'],
    ['on an interface', '{ things { __typename: name id ... on User { score } } }'],
    ['on an interface, beside the type under another name', '{ things { t: __typename __typename: name } }'],
    ['on members of a union', '{ search { ... on User { __typename: name score } ... on Post { __typename: name } } }'],
    [
      'on one member, the type on the other',
      '{ search { ... on User { __typename: title } ... on Post { __typename } } }',
    ],
    [
      'on one member, the type on the other, with fields elsewhere',
      '{ search { ... on Post { __typename length } ... on User { __typename: name posts { __typename: name score } } } }',
    ],
    [
      'an object of an abstract type',
      '{ me { __typename: likes { ... on User { name } ... on Post { __typename } } } }',
    ],
    ['of an abstract type in a value', '{ mine { __typename: of { __typename: name ... on User { rank } } kind } }'],
    ['an enum with the names of types', '{ mine { __typename: kind of { id } } }'],
    ['on each level', '{ __typename: me { __typename: nested { __typename: of { __typename: rank } } } }'],
    [
      'in fragments of fragments',
      'query { me { ...U } search { ...U ...P } } fragment U on User { ...N score } fragment N on User { __typename: nested { __typename: name } } fragment P on Post { author { ...N } }',
    ],
    [
      'merged',
      '{ __typename: me { name } __typename: me { __typename: score } ... on Query { __typename: me { id } } }',
    ],
    ['a name that is the next free one', '{ things { __typename: name ... on Post { typename_ typename__ } } }'],
    [
      'a name that is the next free one, chosen by the client',
      '{ me { typename_: id __typename: name typename__: title typename___: score } }',
    ],
    [
      'left out',
      'query ($no: Boolean!) { me { __typename: name @skip(if: $no) id } __typename: word @skip(if: $no) }',
      { variables: { no: true } },
    ],
    ['kept', 'query ($no: Boolean!) { me { __typename: name @skip(if: $no) id } }', { variables: { no: false } }],
    ['an error', '{ things { id ... on Post { __typename: fails } } }'],
    ['an error that spreads', '{ __typename: me { friend { id } __typename: hard } }'],
    ['an error at the root', '{ __typename: broken { id } word }'],
    [
      'errors on each level',
      '{ __typename: things { ... on Post { __typename: author { __typename: posts { __typename: fails } } } } }',
    ],
    ['the schema', '{ __typename: __schema { __typename: queryType { __typename: name kind } } }'],
    [
      'a type of the schema',
      '{ word __typename: __type(name: "Nested") { t: __typename __typename: fields { __typename: name } } }',
    ],
    ['the schema beside it', '{ __schema { __typename: queryType { name } } __typename: me { __typename: score } }'],
    ['other reserved names', '{ __schema: me { __type: name _entities: score } _service: word __type: word }'],
    ['an interface object', '{ told { __typename: says stars } }'],
    ['an interface object, its own field', '{ told { t: __typename __typename: stars } }'],
    ['mutations', 'mutation { __typename: add(by: 1) { __typename: score } double { __typename: rank } }'],
    ['mutations by turns', 'mutation { a: word(to: "1") __typename: doubled z: word(to: "2") }'],
    ['a mutation that fails', 'mutation { __typename: failHard { id } add(by: 2) { score } }'],
  ],
}
