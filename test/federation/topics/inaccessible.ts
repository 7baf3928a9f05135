import type { Topic } from '../stage/topic.ts'

/** Elements that subgraphs use and clients never see. */
export const INACCESSIBLE: Topic = {
  name: 'inaccessible',
  subgraphs: {
    a: `
      type Query { things: [Thing!]! secret: Int @inaccessible hidden: Hidden any: [Any!]! @shareable }
      interface Thing { id: ID! }
      type Open implements Thing @key(fields: "id serial") { id: ID! serial: Int! @inaccessible name: String weight: Int @inaccessible kind: Kind }
      type Hidden @inaccessible @key(fields: "id") { id: ID! }
      type Shut implements Thing @inaccessible { id: ID! }
      enum Kind { A B C @inaccessible }
      union Any = Open | Shut`.replace('hidden: Hidden', 'hidden: Hidden @inaccessible'),
    b: `
      type Open @key(fields: "id serial") {
        id: ID! serial: Int! weight: Int @external load: Int @requires(fields: "weight") with(secret: Int @inaccessible, open: Int): String other: Open
      }`,
  },
  universe: () => {
    const open = (id: string, serial: number) => ({
      __typename: 'Open',
      id,
      serial,
      name: `N${serial}`,
      weight: serial * 10,
      kind: serial === 3 ? 'C' : 'A',
      load: (_: unknown, at: { number: (name: string) => number }) => at.number('weight') + 1,
      with: ({ secret, open: given }: { secret?: unknown; open?: unknown }) => `${String(secret)} ${String(given)}`,
      other: () => things[0],
    })
    const things = [open('x', 1), open('x', 2)]
    return { Query: { things, any: things, secret: 1, hidden: null }, entities: things }
  },
  cases: [
    ['a key that clients do not see', '{ things { id ... on Open { load } } }'],
    ['a requirement that clients do not see', '{ things { ... on Open { name load other { load name } } } }'],
    ['an argument that clients do not see', '{ things { ... on Open { with(open: 2) } } }'],
    ['a union with a member that clients do not see', '{ any { ... on Open { name load } __typename } }'],
    ['an enum with a value that clients do not see', '{ things { ... on Open { kind } } }'],
    [
      'introspection does not show it',
      '{ __type(name: "Open") { fields { name args { name } } } kind: __type(name: "Kind") { enumValues { name } } any: __type(name: "Any") { possibleTypes { name } } shut: __type(name: "Shut") { name } }',
    ],
    ['the root field neither', '{ __schema { queryType { fields { name } } types { name } } }'],
  ],
}
