import { describe, expect, jest, test } from '@jest/globals'
import {
  accessOf,
  ada,
  ADA,
  adasGrants,
  ask,
  bucketId,
  FOREIGN,
  guardedSubgraph,
  MINE,
  NOWHERE,
  ORGANIZATION,
  projectId,
  SIBLING,
  uuid,
} from './testkit/guarded-graph.ts'
import { NO_GRANTS } from '../platform/access/grants.ts'
import { ANONYMOUS } from '../platform/access/principal.ts'
import { ownedId, parseAnyId, selfId } from '../platform/ids/id.ts'

/** Ways around a rule that gateways have shipped; none may be one here. */

const mine = bucketId(MINE)
const sibling = bucketId(SIBLING)
const foreign = bucketId(FOREIGN)

describe('through an interface or a union', () => {
  const TYPES = `
    type Query {
      nodes: [Node] @selfScoped
      node(id: ID!): Node @projectScoped(capability: READ, project: "id")
      results: [[Result]] @selfScoped
    }
    interface Node { id: ID! key: String }
    union Result = Bucket | Note
    type Note { text: String }
    type Bucket implements Node @projectScoped(capability: READ) { id: ID! key: String @projectScoped(capability: WRITE) }
    type Drawer implements Node @orgScoped(capability: READ, organization: "owner") { id: ID! owner: ID! key: String }
  `
  const bucket = (id: string) => ({ __typename: 'Bucket', id, key: 'hush' })
  const drawer = (owner: string) => ({ __typename: 'Drawer', id: 'd', owner, key: 'open' })
  const arrange = (resolveType?: (value: unknown) => string) =>
    guardedSubgraph(TYPES, {
      Query: {
        nodes: () => [
          bucket(mine),
          bucket(sibling),
          bucket(foreign),
          drawer(selfId('org', ORGANIZATION).text),
          drawer(selfId('org', uuid(8)).text),
        ],
        node: (_: unknown, { id }: { id: string }) => bucket(id),
        results: () => [
          [bucket(mine), bucket(foreign), { __typename: 'Note', text: 'n' }],
          [Promise.resolve(bucket(foreign))],
        ],
      },
      ...(resolveType && { Node: { __resolveType: resolveType }, Result: { __resolveType: resolveType } }),
    })

  test('each object is decided by its own rule, each field by that of the concrete type', async () => {
    const { data, errors } = await ask(arrange(), '{ nodes { id key } }')
    expect(data).toEqual({
      nodes: [{ id: mine, key: 'hush' }, { id: sibling, key: null }, null, { id: 'd', key: 'open' }, null],
    })
    expect(errors).toEqual([
      ['nodes.1.key', 'CAPABILITY_REQUIRED'],
      ['nodes.2', 'PROJECT_ACCESS_DENIED'],
      ['nodes.4', 'ORGANIZATION_ACCESS_DENIED'],
    ])
  })

  test('fragments and aliases change nothing', async () => {
    const document = `{ a: nodes { ...k } b: nodes { ... on Node { ... on Bucket { x: key y: key } } } }
      fragment k on Node { ... on Bucket { key } ... on Drawer { key } }`
    const { data } = await ask(arrange(), document)
    expect(data).toEqual({
      a: [{ key: 'hush' }, { key: null }, null, { key: 'open' }, null],
      b: [{ x: 'hush', y: 'hush' }, { x: null, y: null }, null, {}, null],
    })
  })

  test('elements of lists of lists are denied one by one', async () => {
    const { data, errors } = await ask(arrange(), '{ results { ... on Bucket { id } ... on Note { text } } }')
    expect(data).toEqual({ results: [[{ id: mine }, null, { text: 'n' }], [null]] })
    expect(errors.map(([path]) => path)).toEqual(['results.0.1', 'results.1.0'])
  })

  test('node(id) of a foreign project, of another kind of scope, or of none is denied before it is read', async () => {
    const ids = [
      foreign,
      bucketId(NOWHERE),
      selfId('org', ORGANIZATION).text,
      ownedId('dep', ORGANIZATION, MINE).text,
      'x',
    ]
    const answers = await Promise.all(ids.map((id) => ask(arrange(), `{ node(id: "${id}") { id } }`)))
    expect(answers.map(({ errors }) => errors[0]?.[1])).toEqual([
      'PROJECT_ACCESS_DENIED',
      'PROJECT_ACCESS_DENIED',
      'INVALID_ID',
      'INVALID_ID',
      'INVALID_ID',
    ])
  })

  test('a resolver of types that names another type the second time opens nothing', async () => {
    for (const first of ['Note', 'Bucket']) {
      const asked = new Map<unknown, number>()
      const flips = (value: unknown): string => {
        const times = (asked.get(value) ?? 0) + 1
        asked.set(value, times)
        return (times === 1) === (first === 'Note') ? 'Note' : 'Bucket'
      }
      const { data } = await ask(arrange(flips), '{ results { ... on Bucket { id } ... on Note { text } } }')
      expect(JSON.stringify(data)).not.toContain(foreign)
    }
  })

  test('a type that does not belong there, or is none, is a fault and no object', async () => {
    for (const name of ['Query', '__proto__', 'Nothing']) {
      const { data } = await ask(
        arrange(() => name),
        '{ nodes { id } }',
      )
      expect(data).toEqual({ nodes: [null, null, null, null, null] })
    }
  })
})

describe('through entity resolution', () => {
  const TYPES = `
    type Query { health: String @public(reason: "says only that it runs") }
    interface Media @key(fields: "id") { id: ID! title: String }
    type Film implements Media @key(fields: "id") @projectScoped(capability: READ) { id: ID! title: String }
    type Song implements Media @key(fields: "id") @projectScoped(capability: WRITE) { id: ID! title: String }
    type Shop @interfaceObject @key(fields: "id") {
      id: ID!
      visits: Int @projectScoped(capability: READ)
      income: Int @projectScoped(capability: WRITE)
    }
    type Bucket @key(fields: "id") @projectScoped(capability: READ) {
      id: ID!
      name: String
      size: Int @external
      cost: Int @requires(fields: "size") @projectScoped(capability: WRITE)
    }
    type Setting @key(fields: "id") @selfScoped { id: ID! value: String }
    type Note { id: ID! text: String }
  `
  const arrange = () => {
    const read = jest.fn<(id: unknown) => void>()
    const resolve = (reference: { id: unknown }): object => {
      read(reference.id)
      return reference
    }
    const media = ({ id }: { id: string }) => {
      read(id)
      return { __typename: id === sibling ? 'Song' : 'Film', id, title: 't' }
    }
    const schema = guardedSubgraph(TYPES, {
      Media: { __resolveReference: media },
      Shop: { visits: ({ id }: { id: unknown }) => (read(id), 1), income: ({ id }: { id: unknown }) => (read(id), 2) },
      Bucket: {
        __resolveReference: resolve,
        name: () => 'logs',
        cost: ({ size }: { size: number }) => (read('cost'), size * 2),
      },
      Setting: { __resolveReference: resolve, value: () => 'v' },
    })
    return { schema, read }
  }
  const ENTITIES = `query ($r: [_Any!]!) { _entities(representations: $r) {
    ... on Media { title } ... on Shop { visits income } ... on Bucket { name cost } ... on Setting { value } } }`
  const entities = (schema: ReturnType<typeof guardedSubgraph>, r: readonly object[], access = accessOf()) =>
    ask(schema, ENTITIES, { r }, access)

  test('a field that requires another is decided by its own rule, before it is computed', async () => {
    const { schema, read } = arrange()
    const r = [mine, sibling].map((id) => ({ __typename: 'Bucket', id, size: 21 }))
    const { data, errors } = await entities(schema, r)
    expect(data).toEqual({
      _entities: [
        { name: 'logs', cost: 42 },
        { name: 'logs', cost: null },
      ],
    })
    expect(errors).toEqual([['_entities.1.cost', 'CAPABILITY_REQUIRED']])
    expect(read.mock.calls.filter(([what]) => what === 'cost')).toHaveLength(1)
  })

  test('an interface object has each of its fields decided, a foreign one none', async () => {
    const { schema, read } = arrange()
    const { data, errors } = await entities(
      schema,
      [mine, sibling, foreign].map((id) => ({ __typename: 'Shop', id })),
    )
    expect(data).toEqual({
      _entities: [
        { visits: 1, income: 2 },
        { visits: 1, income: null },
        { visits: null, income: null },
      ],
    })
    expect(errors.map(([, code]) => code).sort()).toEqual([
      'CAPABILITY_REQUIRED',
      'PROJECT_ACCESS_DENIED',
      'PROJECT_ACCESS_DENIED',
    ])
    expect(read.mock.calls.flat()).not.toContain(foreign)
  })

  test('an interface is decided before it is resolved, and after it by its concrete type', async () => {
    const { schema, read } = arrange()
    const r = [mine, sibling, foreign].map((id) => ({ __typename: 'Media', id }))
    const { data, errors } = await entities(schema, r)
    expect(data).toEqual({ _entities: [{ title: 't' }, null, null] })
    expect(errors).toEqual([
      ['_entities.2', 'PROJECT_ACCESS_DENIED'],
      ['_entities.1', 'CAPABILITY_REQUIRED'],
    ])
    expect(read.mock.calls.flat()).toEqual([mine, sibling])
  })

  test('ids that are no text are never believed, whatever stands in them', async () => {
    const { schema, read } = arrange()
    const parsed = parseAnyId(mine)
    const forged = parsed.ok ? { ...parsed.value, text: foreign } : {}
    const odd = [forged, 7, true, {}, [forged], [[7]]]
    const r = ['Bucket', 'Shop', 'Media', 'Setting'].flatMap((__typename) => odd.map((id) => ({ __typename, id })))
    const { data, errors } = await entities(schema, r)
    expect(data).toEqual({ _entities: r.map(() => null) })
    expect(new Set(errors.map(([, code]) => code))).toEqual(new Set(['INVALID_ID']))
    expect(read).not.toHaveBeenCalled()
  })

  test('a key of another scope, of another kind, or with more than a key is decided by its key alone', async () => {
    const { schema, read } = arrange()
    const r = [
      { __typename: 'Bucket', id: projectId(FOREIGN), name: 'mine', projectId: projectId(MINE) },
      { __typename: 'Bucket', id: selfId('org', ORGANIZATION).text },
      { __typename: 'Bucket', id: selfId('usr', ADA).text },
      { __typename: 'Setting', id: mine },
      { __typename: 'Setting', id: selfId('usr', uuid(8)).text },
      JSON.parse(`{ "__typename": "Bucket", "__proto__": { "id": "${mine}" } }`) as object, // an own key of that name
      JSON.parse(`{ "__typename": "Bucket", "id": "${foreign}", "constructor": { "id": "${mine}" } }`) as object,
    ]
    const { data, errors } = await entities(schema, r)
    expect(data).toEqual({ _entities: r.map(() => null) })
    expect(errors.map(([, code]) => code)).toEqual([
      'PROJECT_ACCESS_DENIED',
      'INVALID_ID',
      'INVALID_ID',
      'INVALID_ID',
      'SELF_ACCESS_DENIED',
      'INVALID_ID',
      'PROJECT_ACCESS_DENIED',
    ])
    expect(read).not.toHaveBeenCalled()
  })

  test('a type that is no entity is none, and costs its neighbours nothing', async () => {
    const { schema } = arrange()
    const names = ['Note', 'Query', 'Mutation', '_Service', 'String', '__Schema', 'hasOwnProperty']
    const r = [...names.map((__typename) => ({ __typename, id: mine })), { __typename: 'Bucket', id: mine, size: 1 }]
    const { data, errors } = await entities(schema, r)
    expect(data).toEqual({ _entities: [...names.map(() => null), { name: 'logs', cost: 2 }] })
    expect(new Set(errors.map(([, code]) => code))).toEqual(new Set(['INVALID_INPUT']))
  })

  test('a thousand representations of three projects cost three decisions', async () => {
    const { schema } = arrange()
    const projects = new Map(adasGrants.projects)
    const looked = jest.spyOn(projects, 'get')
    const r = Array.from({ length: 1_000 }, (_, index) => ({
      __typename: 'Bucket',
      id: bucketId([MINE, SIBLING, FOREIGN][index % 3] ?? MINE, uuid(index % 10)),
    }))
    const access = accessOf({ ...adasGrants, projects })
    await ask(
      schema,
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Bucket { name } } }',
      { r },
      access,
    )
    expect(looked).toHaveBeenCalledTimes(3)
  })

  test('nobody in particular gets nothing', async () => {
    const { schema, read } = arrange()
    const r = ['Bucket', 'Media', 'Setting'].map((__typename) => ({ __typename, id: mine }))
    const { errors } = await entities(schema, r, accessOf(NO_GRANTS, ANONYMOUS))
    expect(errors.map(([, code]) => code)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'INVALID_ID'])
    expect(read).not.toHaveBeenCalled()
  })
})

describe('through lists', () => {
  const TYPES = `
    type Query { all: [Bucket] @selfScoped later: [Bucket] @selfScoped many(ids: [ID!], deep: Deep): [Bucket] @projectScoped(capability: READ, project: "deep.groups.ids") }
    input Deep { groups: [Group] }
    input Group { ids: [ID!]! = ["${mine}"] }
    type Bucket @projectScoped(capability: READ) { id: ID! }
  `
  const broken = (): object => {
    throw new Error('no id')
  }
  const arrange = () => {
    const touched = jest.fn()
    const schema = guardedSubgraph(TYPES, {
      Query: {
        all: () => [
          { id: mine },
          { broken },
          { id: foreign },
          null,
          new Error('a fault'),
          Promise.resolve({ id: foreign }),
        ],
        later: async function* () {
          await Promise.resolve()
          yield { id: mine }
          yield { id: foreign }
        },
        many: () => {
          touched()
          return []
        },
      },
      Bucket: { id: (source: { id?: string; broken?: () => string }) => source.broken?.() ?? source.id },
    })
    return { schema, touched }
  }

  test('a denied or failing element is null with its error, the others stay', async () => {
    const { data, errors } = await ask(arrange().schema, '{ all { id } }')
    expect(data).toEqual({ all: [{ id: mine }, null, null, null, null, null] })
    expect(errors).toHaveLength(4)
    expect(errors).toEqual(
      expect.arrayContaining([
        ['all.1', 'no id'],
        ['all.2', 'PROJECT_ACCESS_DENIED'],
        ['all.4', 'a fault'],
        ['all.5', 'PROJECT_ACCESS_DENIED'],
      ]),
    )
  })

  test('that come piece by piece are decided piece by piece', async () => {
    const { data } = await ask(arrange().schema, '{ later { id } }')
    expect(data).toEqual({ later: [{ id: mine }, null] })
  })

  test.each<[groups: unknown, code: string | undefined]>([
    [[{ ids: [mine, mine, sibling] }, { ids: [mine] }], undefined],
    [[{ ids: [mine] }, { ids: [sibling, foreign] }], 'PROJECT_ACCESS_DENIED'],
    [[{}], undefined],
    [[{}, { ids: [foreign] }], 'PROJECT_ACCESS_DENIED'],
    [{ ids: mine }, undefined],
    [{ ids: foreign }, 'PROJECT_ACCESS_DENIED'],
    [[{ ids: [mine] }, null], 'INVALID_ID'],
    [[{ ids: [] }], 'INVALID_ID'],
    [[{ ids: [mine] }, { ids: [] }], 'INVALID_ID'],
    [[], 'INVALID_ID'],
    [null, 'INVALID_ID'],
    [[{ ids: [mine, ''] }], 'INVALID_ID'],
    [[{ ids: [mine, '7'] }], 'INVALID_ID'],
  ])('of ids in inputs are decided id by id, defaults included: %j', async (groups, code) => {
    const { schema, touched } = arrange()
    const { errors } = await ask(schema, 'query ($g: [Group]) { many(deep: { groups: $g }) { id } }', { g: groups })
    expect(errors.map(([, found]) => found)).toEqual(code === undefined ? [] : [code])
    expect(touched).toHaveBeenCalledTimes(code === undefined ? 1 : 0)
  })

  test('500 aliases of one guarded field are one decision, and nothing runs', async () => {
    const { schema, touched } = arrange()
    const projects = new Map(adasGrants.projects)
    const looked = jest.spyOn(projects, 'get')
    const fields = Array.from(
      { length: 500 },
      (_, i) => `a${String(i)}: many(deep: { groups: { ids: ["${foreign}"] } }) { id }`,
    )
    const { errors } = await ask(schema, `{ ${fields.join(' ')} }`, {}, accessOf({ ...adasGrants, projects }, ada))
    expect(errors).toHaveLength(500)
    expect(touched).not.toHaveBeenCalled()
    // Once decided; what audit would be told of each denial is another look.
    expect(looked.mock.calls.length).toBeLessThanOrEqual(501)
  })
})
