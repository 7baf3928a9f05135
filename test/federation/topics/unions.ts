import type { Topic } from '../stage/topic.ts'

/** Unions of which subgraphs know different members. */
export const UNIONS: Topic = {
  name: 'unions',
  subgraphs: {
    a: `
      type Query { search: [Result] top: Result pair: [[Result!]!] either: Either }
      union Result = User | Post | Note
      union Either = User | Post
      type User @key(fields: "id") { id: ID! name: String last: Result }
      type Post @key(fields: "id") { id: ID! title: String }
      type Note { text: String by: User }`,
    b: `
      type Query { feed: [Result!]! }
      union Result = User | Post | Ad
      type Ad { url: String about: Either }
      union Either = User | Post
      type User @key(fields: "id") { id: ID! score: Int liked: [Either!]! }
      type Post @key(fields: "id") { id: ID! score: Int author: User }`,
  },
  universe: () => {
    const ada: Record<string, unknown> & { __typename: string } = {
      __typename: 'User',
      id: 'u',
      name: 'Ada',
      score: 5,
      last: () => post,
      liked: () => [post, ada],
    }
    const post = { __typename: 'Post', id: 'p', title: 'Hi', score: 1, author: ada }
    const note = { __typename: 'Note', text: 'n', by: ada }
    const ad = { __typename: 'Ad', url: '/', about: post }
    return {
      Query: {
        search: [ada, post, null, note],
        top: post,
        pair: [[ada], [note, post]],
        either: ada,
        feed: [ad, ada, post],
      },
      entities: [ada, post],
    }
  },
  cases: [
    [
      'members of one subgraph',
      '{ search { ... on User { name } ... on Post { title } ... on Note { text } } }',
      { fetches: { a: 1 } },
    ],
    ['members with fields elsewhere', '{ search { ... on User { name score } ... on Post { score } } }'],
    [
      'a member that only this subgraph has',
      '{ feed { ... on Ad { url } ... on Note { text } ... on User { name } } }',
    ],
    ['the type names', '{ search { __typename } feed { __typename } }'],
    ['nothing but nulls and type names', '{ top { ... on User { name } __typename } }'],
    ['nothing that fits', '{ top { ... on Note { text } } }'],
    ['lists of lists', '{ pair { ... on User { score } ... on Note { by { score name } } ... on Post { title } } }'],
    ['unions in unions', '{ search { ... on User { last { ... on Post { title score author { name } } } } } }'],
    [
      'unions in the other subgraph',
      '{ feed { ... on Ad { about { ... on Post { title } } } ... on User { liked { ... on Post { title } ... on User { name score } } } } }',
    ],
    ['one field under one name of two types', '{ search { ... on User { s: score } ... on Post { s: score } } }'],
    [
      'two fields under one name of two types',
      '{ search { ... on User { x: name } ... on Post { x: title } ... on Note { x: text } } }',
    ],
    [
      'the same with fields elsewhere',
      '{ feed { ... on User { x: name y: score } ... on Post { x: title y: score } ... on Ad { x: url } } }',
    ],
    [
      'fragments of members',
      'query { search { ...U ...P } either { ...U ...P } } fragment U on User { score name } fragment P on Post { score author { ...U } }',
    ],
    ['a union that both have', '{ either { __typename ... on User { liked { __typename ... on Post { title } } } } }'],
  ],
}
