import type { Topic } from '../stage/topic.ts'

const SEVERAL = `
  query First($id: ID!) { node(id: $id) { ...N size } }
  query Second { nodes { ...N parent { ...N } } }
  fragment N on Node { name }`

/** Names that look like others: aliases, names of the prototype, type names; and shapes of lists. */
export const NAMES: Topic = {
  name: 'names and shapes',
  subgraphs: {
    a: `
      type Query { node(id: ID!): Node nodes: [Node!]! matrix: [[[Node]]] constructor: Int toString: String empty: [Node!]! }
      type Node @key(fields: "id key") { id: ID! key: Key! name: String kids: [Node!]! valueOf: Int }
      scalar Key`,
    b: `
      type Node @key(fields: "id key") { id: ID! key: Key! size: Int hasOwnProperty: Boolean parent: Node at(x: Int, y: Int): Int info: Info }
      type Info { id: ID! size: Int node: Node! }
      scalar Key`,
  },
  universe: () => {
    const node = (id: string, kids: object[]): Record<string, unknown> => {
      const self: Record<string, unknown> = {
        __typename: 'Node',
        id,
        key: { part: id },
        name: id.toUpperCase(),
        kids,
        valueOf: 5,
        size: id.length,
        hasOwnProperty: true,
        parent: () => (id === 'root' ? null : root),
        at: ({ x = 0, y = 0 }: { x?: number; y?: number }) => x * 10 + y,
        info: () => ({ id: `info-${id}`, size: 99, node: self }),
      }
      return self
    }
    const [x, y] = [node('x', []), node('yy', [])]
    const root = node('root', [x, y])
    const all = [root, x, y]
    return {
      Query: {
        node: ({ id }: { id?: unknown }) => all.find((one) => one['id'] === id),
        nodes: all,
        matrix: [[[x, null], []], null, [[y, x]]],
        empty: [],
        constructor: 1,
        toString: 's',
      },
      entities: all,
    }
  },
  cases: [
    ['aliases on every level', '{ a: nodes { b: kids { c: size d: parent { e: name } } } }'],
    ['one field under three aliases', '{ nodes { p: at(x: 1) q: at(y: 2) at r: at(x: 1) } }'],
    ['an alias that is another field, of the same type', '{ nodes { size: name name: size } }'],
    ['an alias that is the key', '{ nodes { id: name size } }'],
    ['an alias that is the key, of two fields crossed', '{ nodes { id: key key: id size } }'],
    [
      'an alias that is the key, on a type below',
      '{ nodes { size info { id: size size: id node { id: name size } } } }',
    ],
    [
      'an alias that is the key, in a fragment',
      'query { nodes { ...N kids { ...N parent { id size } } } } fragment N on Node { id: name parent { key: name size } }',
    ],
    ['an alias that is the key, and an error path', '{ nodes { id: kids { id: name size } size } }'],
    ['the alias __proto__', '{ __proto__: nodes { __proto__: size id } }'],
    ['the alias __proto__ of an object', '{ nodes { __proto__: parent { __proto__: kids { size } } } }'],
    ['names of the prototype', '{ constructor toString nodes { valueOf hasOwnProperty } }'],
    ['aliases of the prototype', '{ constructor: nodes { toString: size valueOf: parent { constructor: name } } }'],
    ['a type name under aliases', '{ t: __typename nodes { u: __typename __typename kids { v: __typename size } } }'],
    ['a type name alone, of an entity elsewhere', '{ nodes { parent { __typename } } }'],
    ['lists of lists of lists', '{ matrix { name size } }'],
    ['lists of lists of lists, with a hop more', '{ matrix { parent { size parent { name } } } }'],
    ['empty lists', '{ empty { size } nodes { kids { size } } }'],
    ['merged selections', '{ node(id: "root") { name kids { id } } node(id: "root") { size kids { size } } }'],
    [
      'merged selections by fragments, in order',
      'query { ...B node(id: "x") { name } ...A } fragment A on Query { node(id: "x") { size id } } fragment B on Query { node(id: "x") { parent { name } } }',
    ],
    [
      'deep fragments',
      'query { nodes { ...A } } fragment A on Node { ...B size } fragment B on Node { ...C name } fragment C on Node { parent { ...D } } fragment D on Node { size kids { size } }',
    ],
    ['introspection beside data', '{ nodes { size } __type(name: "Info") { fields { name } } t: __typename }'],
    [
      'a variable that is called as the planner calls its own',
      'query ($representations: Int, $representations_: Int!) { nodes { at(x: $representations, y: $representations_) size } }',
      { variables: { representations: 3, representations_: 4 } },
    ],
    [
      'the same, of the first fetch alone',
      'query ($representations: ID!) { node(id: $representations) { size } }',
      { variables: { representations: 'x' }, fetches: { a: 1, b: 1 } },
    ],
    [
      'the same, that is not given',
      'query ($representations: Int = 2) { nodes { at(x: $representations) parent { at(y: $representations) } } }',
    ],
    ['the first of several operations in one document', SEVERAL, { operationName: 'First', variables: { id: 'x' } }],
    ['the second of several operations in one document', SEVERAL, { operationName: 'Second', fetches: { a: 2, b: 1 } }],
  ],
}
