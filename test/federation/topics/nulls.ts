import type { Topic } from '../stage/topic.ts'

const fault = (): never => {
  throw new Error('boom')
}

/** What is missing, what fails, and how far a null spreads over the borders of subgraphs. */
export const NULLS: Topic = {
  name: 'nulls and errors',
  subgraphs: {
    a: `
      type Query {
        item(id: ID!): Item items: [Item] must: [Item!] all: [Item!]! grid: [[Item!]]! broken: Item never: Item! texts: [String!] half: [Item]
        box: Box sure: Box!
      }
      type Item @key(fields: "id") @key(fields: "code") { id: ID! code: String name: String! next: Item sibling: Item! bad: String badItem: Item list: [Int!] owner: Owner }
      type Box { item: Item! items: [Item!]! maybe: Item }
      type Owner @key(fields: "mail") { mail: String }`,
    b: `
      type Item @key(fields: "id") { id: ID! size: Int! weight: Int fails: Int failsHard: Int! parts: [Part!]! hardParts: [Part!] twin: Item! deep: Deep }
      type Part { no: Int! item: Item! bad: Int! }
      type Deep { value: Int! deeper: Deep! bad: Int }`,
    c: `
      type Item @key(fields: "code") { code: String color: String! }
      type Owner @key(fields: "mail") { mail: String name: String }`,
  },
  lacks: { b: ['lost'] },
  universe: () => {
    const item = (id: string, own: object = {}) => {
      const self: Record<string, unknown> = {
        __typename: 'Item',
        id,
        code: `c-${id}`,
        name: `N ${id}`,
        next: null,
        sibling: () => self,
        bad: fault,
        badItem: fault,
        list: [1, 2],
        owner: { __typename: 'Owner', mail: null, name: null },
        size: 1,
        weight: 2,
        fails: fault,
        failsHard: fault,
        parts: [],
        hardParts: () => [{ no: 1, item: self, bad: fault }],
        twin: () => self,
        deep: { value: 1, deeper: { value: null }, bad: fault },
        color: 'red',
        ...own,
      }
      return self
    }
    const full = item('full')
    const lost = item('lost', {
      size: null,
      weight: null,
      twin: null,
      parts: null,
      deep: null,
      fails: null,
      hardParts: null,
      failsHard: null,
    })
    const pale = item('pale', { color: null, owner: null })
    const bare = item('bare', {
      size: null,
      parts: [{ no: 1, item: null }],
      twin: null,
      list: [1, null],
      owner: { __typename: 'Owner', mail: 'o', name: fault },
    })
    const nameless = item('nameless', { name: null, code: null, color: null, sibling: null })
    const linked = item('linked', {
      next: bare,
      parts: [
        { no: 1, item: full },
        { no: 2, item: bare },
      ],
    })
    const entities = [full, lost, pale, bare, nameless, linked]
    return {
      Query: {
        item: ({ id }: { id?: unknown }) => entities.find((one) => one['id'] === id),
        items: [full, null, lost, bare],
        must: [full, bare],
        all: [full, linked],
        grid: [[full, lost], null, [bare]],
        half: [full, new Error('boom'), pale],
        broken: fault,
        never: fault,
        texts: ['a', null],
        box: { item: lost, items: [full, lost], maybe: nameless },
        sure: { item: full, items: [full, bare], maybe: null },
      },
      entities: [...entities, { __typename: 'Owner', mail: 'o', name: fault }],
    }
  },
  cases: [
    ['an entity that a subgraph does not know: nullable', '{ item(id: "lost") { name weight } }'],
    ['an entity that a subgraph does not know: non-null', '{ item(id: "lost") { name size } }'],
    ['in a list that may have nulls', '{ items { name size } }'],
    ['in a list that may not', '{ must { name size } }'],
    ['where a nullable field stands between', '{ item(id: "linked") { next { size } name } }'],
    ['where none stands between', '{ all { parts { no item { size } } } }'],
    ['two of them, one is enough', '{ all { parts { item { size twin { size } } } } }'],
    ['up to the root', '{ sure { items { size } } box { item { name } } }'],
    ['up to a nullable root field', '{ box { items { size } } item(id: "full") { size } }'],
    ['lists of lists', '{ grid { id size } }'],
    ['a null in a list of non-null leaves', '{ texts item(id: "bare") { list } }'],
    [
      'a null from the subgraph that has the entity',
      '{ item(id: "nameless") { id name } full: item(id: "full") { name } }',
    ],
    ['a null sibling', '{ item(id: "nameless") { id sibling { id } } }'],
    ['an error at the root', '{ broken { name } item(id: "full") { name } }'],
    ['an error at a non-null root', '{ never { id } item(id: "full") { name } }'],
    ['an error in a nullable field', '{ item(id: "full") { bad name } }'],
    ['an error in an object', '{ item(id: "full") { badItem { name } name } }'],
    ['an error of an entity, nullable', '{ item(id: "full") { name fails } }'],
    ['an error of an entity, non-null', '{ item(id: "full") { name failsHard } }'],
    ['errors of several entities', '{ items { name fails } }'],
    ['errors of several entities, non-null', '{ items { name failsHard } }'],
    ['errors below an entity, at their index', '{ item(id: "full") { hardParts { no bad } } }'],
    ['errors below an entity in a list', '{ all { id hardParts { no bad } } }'],
    ['a non-null below a nullable, deep', '{ item(id: "full") { deep { value deeper { value } } } }'],
    ['an error beside a non-null', '{ item(id: "full") { deep { value bad } } }'],
    ['under aliases', '{ x: item(id: "bare") { y: size } z: items { v: fails w: weight } }'],
    ['an error of one entity in two places', '{ a: item(id: "full") { fails } b: item(id: "full") { fails weight } }'],
    ['a key that is null: nothing can be asked', '{ item(id: "full") { owner { mail } } }'],
    ['a key that is not null, and an error', '{ item(id: "bare") { owner { mail name } } }'],
    ['an object that is null has no key', '{ item(id: "pale") { owner { name } } }'],
    ['a non-null by another key', '{ item(id: "pale") { name color } full: item(id: "full") { color } }'],
    ['over two hops', '{ all { parts { item { color twin { weight } } } } }'],
    ['an item that fails in a list', '{ half { name weight } }'],
    [
      'the same error by two fragments',
      'query { items { ...A ...B } } fragment A on Item { fails } fragment B on Item { fails weight }',
    ],
  ],
}
