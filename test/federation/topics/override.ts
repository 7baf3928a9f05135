import type { Topic } from '../stage/topic.ts'

/** Fields that moved to another subgraph, at once or by shares of the traffic. */
export const OVERRIDE: Topic = {
  name: 'override',
  subgraphs: {
    old: `
      type Query { user: User users: [User!]! moved: String total: Int }
      type User @key(fields: "id") { id: ID! name: String mail: String age: Int half: Int points: Int }`,
    new: `
      type Query { moved: String @override(from: "old") total: Int @override(from: "old", label: "percent(100)") }
      type User @key(fields: "id") {
        id: ID!
        name: String @override(from: "old")
        mail: String @override(from: "old", label: "percent(100)")
        age: Int @override(from: "old", label: "percent(0)")
        half: Int @override(from: "old", label: "percent(50)")
        points: Int @override(from: "old", label: "launched")
        rank: Int
      }`,
  },
  universe: () => {
    const users = ['u1', 'u2'].map((id, index) => ({
      __typename: 'User',
      id,
      name: `N${index}`,
      mail: `${id}@x`,
      age: 20 + index,
      half: 50 + index,
      points: index,
      rank: index,
    }))
    return { Query: { user: users[0], users, moved: 'here', total: 2 }, entities: users }
  },
  cases: [
    ['a field of an entity comes from its new home', '{ users { name } }', { fetches: { old: 1, new: 1 } }],
    ['a root field too', '{ moved }', { fetches: { new: 1 } }],
    ['a whole share', '{ user { mail } }', { fetches: { old: 1, new: 1 } }],
    ['a root field with a whole share', '{ total }', { fetches: { new: 1 } }],
    ['no share at all', '{ users { age } }', { fetches: { old: 1 } }],
    ['a share of the operations: the answer is the same', '{ users { half } }'],
    ['a label that nobody decides is off', '{ users { points } }', { fetches: { old: 1 } }],
    ['old and new together', '{ users { id name mail age half points rank } moved }'],
  ],
}
