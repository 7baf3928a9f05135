import { describe, expect, jest, test } from '@jest/globals'
import { createSourceEventStream, execute, parse } from 'graphql'
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
  seen,
  SIBLING,
  uuid,
} from './testkit/guarded-graph.ts'
import { createAccess } from '../platform/access/access.ts'
import { NO_GRANTS, type Grants } from '../platform/access/grants.ts'
import { plainOrCarryingIds } from '../platform/access/plain-ids.ts'
import { plainKey, type ScopeKey } from '../platform/access/scope-key.ts'
import { ANONYMOUS } from '../platform/access/principal.ts'
import { ownedId, parseAnyId, selfId, type Uuid } from '../platform/ids/id.ts'

const TYPES = `
  type Query {
    health: String @public(reason: "says only that it runs")
    project(id: ID!): Project @projectScoped(capability: READ, project: "id")
    bucket(id: ID): Bucket @projectScoped(capability: READ, project: "id")
    buckets(where: Where): [Bucket] @projectScoped(capability: READ, project: "where.in.ids")
    viewer: Viewer @selfScoped
    things: [Thing] @selfScoped
    nodes: [Node] @selfScoped
    fresh: String @selfScoped @sensitive
  }
  type Mutation { rename(input: Rename!): Bucket @projectScoped(capability: WRITE, project: "input.id") }
  type Subscription { changes(projectId: ID!): Bucket @projectScoped(capability: READ, project: "projectId") }
  input Where { in: Ids }
  input Ids { ids: [ID] }
  input Rename { id: ID! }
  interface Node { id: ID! }
  union Thing = Project | Bucket | Note
  type Viewer @selfScoped { buckets: [Bucket] }
  type Note { text: String }
  type Project @key(fields: "id") @projectScoped(capability: READ) {
    id: ID!
    secret: String @projectScoped(capability: WRITE)
    favourite: Bucket @crossScope(reason: "decided again at its target")
  }
  type Bucket implements Node @key(fields: "id") @projectScoped(capability: READ) { id: ID! name: String }
  type Setting @key(fields: "id") @selfScoped { id: ID! value: String }
  type Plan @key(fields: "id ownerId") @projectScoped(capability: READ, project: "ownerId") { id: ID! ownerId: ID! cost: Int }
  type Shelf @key(fields: "id") @orgScoped(capability: READ) { id: ID! }
`

const arrange = () => {
  const touched = jest.fn()
  const resolve =
    <T>(value: T) =>
    (): T => {
      touched()
      return value
    }
  const bucket = (id: string) => ({ __typename: 'Bucket', id, name: 'logs' })
  const project = (id: string) => ({ __typename: 'Project', id, secret: 'hush' })
  const world = [
    project(projectId(MINE)),
    bucket(bucketId(MINE)),
    bucket(bucketId(FOREIGN)),
    { __typename: 'Note', text: 'n' },
  ]
  const schema = guardedSubgraph(TYPES, {
    Query: {
      health: resolve('ok'),
      project: (_: unknown, { id }: { id: string }) => resolve(project(id))(),
      bucket: (_: unknown, { id }: { id: string }) => resolve(bucket(id))(),
      buckets: resolve([]),
      viewer: resolve({
        buckets: [bucket(bucketId(MINE)), Promise.resolve(bucket(bucketId(FOREIGN))), bucket(bucketId(SIBLING))],
      }),
      things: resolve(Promise.resolve(world)),
      nodes: resolve([bucket(bucketId(FOREIGN)), bucket(bucketId(MINE)), null]),
      fresh: resolve('fresh'),
    },
    Mutation: { rename: (_: unknown, { input }: { input: { id: string } }) => resolve(bucket(input.id))() },
    Subscription: {
      changes: {
        subscribe: async function* (_: unknown, { projectId: id }: { projectId: string }) {
          touched()
          await Promise.resolve()
          yield { changes: bucket(bucketId(MINE)) }
          yield { changes: bucket(bucketId(FOREIGN)) }
          yield { changes: { ...bucket(bucketId(MINE)), name: id } }
        },
      },
    },
    Project: {
      favourite: ({ id }: { id: string }) => {
        touched()
        return bucket(id === projectId(MINE) ? bucketId(FOREIGN) : bucketId(MINE))
      },
    },
    Bucket: {
      __resolveReference: (reference: { id: string }) => {
        touched()
        if (reference.id === bucketId(SIBLING)) throw new Error('a fault')
        return { ...bucket(reference.id), __typename: undefined }
      },
    },
    Setting: { __resolveReference: ({ id }: { id: string }) => Object.freeze({ id, value: resolve('v')() }) },
  })
  return { schema, touched }
}

describe('a root field', () => {
  test('runs for a member, and for anyone where it is public', async () => {
    const { schema } = arrange()
    const mine = await ask(schema, 'query ($id: ID!) { project(id: $id) { id secret } }', { id: projectId(MINE) })
    expect(mine).toEqual({ data: { project: { id: projectId(MINE), secret: 'hush' } }, errors: [] })
    expect(await ask(schema, '{ health }', {}, accessOf(NO_GRANTS, ANONYMOUS))).toEqual({
      data: { health: 'ok' },
      errors: [],
    })
  })

  test.each(['project', 'bucket'])('%s of a foreign project never reaches its resolver (R6)', async (field) => {
    const { schema, touched } = arrange()
    const id = field === 'project' ? projectId(FOREIGN) : bucketId(FOREIGN)
    expect(await ask(schema, `query ($id: ID!) { ${field}(id: $id) { id } }`, { id })).toEqual({
      data: { [field]: null },
      errors: [[field, 'PROJECT_ACCESS_DENIED']],
    })
    expect(touched).not.toHaveBeenCalled()
  })

  test('answers for a foreign project in the bytes of one that never existed (R7)', async () => {
    const { schema } = arrange()
    const bytes = async (id: string) =>
      JSON.stringify(
        await execute({
          schema,
          document: parse('query ($id: ID!) { project(id: $id) { id } }', { noLocation: true }),
          variableValues: { id },
          contextValue: { access: accessOf() },
        }),
      )
    expect(await bytes(projectId(FOREIGN))).toBe(await bytes(projectId(NOWHERE)))
  })

  test('of a mutation asks for its own capability, and runs nothing without it', async () => {
    const { schema, touched } = arrange()
    const rename = (id: string) => ask(schema, 'mutation ($id: ID!) { rename(input: { id: $id }) { id } }', { id })
    expect((await rename(bucketId(SIBLING))).errors).toEqual([['rename', 'CAPABILITY_REQUIRED']])
    expect(touched).not.toHaveBeenCalled()
    expect((await rename(bucketId(MINE))).errors).toEqual([])
  })

  test('decides every id of a list, and needs all of them', async () => {
    const { schema, touched } = arrange()
    const list = (ids: unknown) =>
      ask(schema, 'query ($w: Where) { buckets(where: $w) { id } }', { w: { in: { ids } } })
    expect((await list([bucketId(MINE), bucketId(SIBLING), bucketId(MINE)])).errors).toEqual([])
    touched.mockClear()
    expect((await list([bucketId(MINE), bucketId(FOREIGN)])).errors).toEqual([['buckets', 'PROJECT_ACCESS_DENIED']])
    expect(touched).not.toHaveBeenCalled()
  })

  test('without a scope where one should be is denied: null, missing, empty or malformed', async () => {
    const { schema, touched } = arrange()
    const queries = [
      '{ r: bucket { id } }',
      '{ r: bucket(id: null) { id } }',
      '{ r: bucket(id: "") { id } }',
      '{ r: bucket(id: "bkt_x") { id } }',
      `{ r: bucket(id: "${selfId('org', ORGANIZATION).text}") { id } }`,
      '{ r: buckets { id } }',
      '{ r: buckets(where: {}) { id } }',
      '{ r: buckets(where: { in: { ids: [] } }) { id } }',
      `{ r: buckets(where: { in: { ids: ["${bucketId(MINE)}", null] } }) { id } }`,
    ]
    for (const query of queries) expect((await ask(schema, query)).errors).toEqual([['r', 'INVALID_ID']])
    expect(touched).not.toHaveBeenCalled()
  })

  test('that is sensitive reads grants again, and needs a second factor of the last five minutes', async () => {
    const { schema } = arrange()
    const at = (iso: string) => accessOf(adasGrants, { ...ada, authenticatedAt: new Date(iso) })
    expect((await ask(schema, '{ fresh }', {}, at('2026-01-01T12:05:00Z'))).errors).toEqual([])
    expect((await ask(schema, '{ fresh }', {}, at('2026-01-01T12:04:59Z'))).errors).toEqual([['fresh', 'MFA_REQUIRED']])
    const disabledMeanwhile = accessOf(adasGrants, { ...ada, authenticatedAt: new Date('2026-01-01T12:09:00Z') }, () =>
      Promise.resolve({ ...adasGrants, disabled: true }),
    )
    expect((await ask(schema, '{ fresh }', {}, disabledMeanwhile)).errors).toEqual([['fresh', 'ACTOR_DISABLED']])
  })

  test('never takes the id of a project for that of an organization', async () => {
    const schema = guardedSubgraph(
      `type Query { project(id: ID!): Billed @projectScoped(capability: READ, project: "id") }
       type Billed @projectScoped(capability: READ) { id: ID! bill: Int @orgScoped(capability: READ) }`,
      { Query: { project: (_: unknown, { id }: { id: string }) => ({ id, bill: 1 }) } },
    )
    const seven = plainKey('7')
    if (!seven.ok) throw new Error('7 is no id')
    const key: ScopeKey = seven.value
    const held = { suspended: false, capabilities: new Set(['READ']) }
    const grants: Grants = {
      ...adasGrants,
      organizations: new Map([[key, held]]),
      projects: new Map([[key, { ...held, organizationId: ORGANIZATION }]]),
    }
    const access = createAccess({
      principal: ada,
      grants,
      reload: () => Promise.resolve(grants),
      ids: plainOrCarryingIds,
    })
    expect(await ask(schema, '{ project(id: "7") { id bill } }', {}, access)).toEqual({
      data: { project: { id: '7', bill: null } },
      errors: [['project.bill', 'INVALID_ID']],
    })
  })

  test('R23: that is only sensitive asks again for what its object asks, or for a caller, with a fresh second factor', async () => {
    const project = { id: projectId(MINE), fresh: 'f', notes: { fresh: 'n' } }
    const schema = guardedSubgraph(
      `type Query { project(id: ID!): Owned @projectScoped(capability: READ, project: "id") open: Notes @public(reason: "for the test alone") }
       type Owned @projectScoped(capability: READ, project: "projectId") { projectId: ID! fresh: String @sensitive(maxAgeSeconds: 60) notes: Notes }
       type Notes { fresh: String @sensitive(maxAgeSeconds: 60) }`,
      { Query: { project: () => ({ ...project, projectId: project.id }), open: () => project.notes } },
    )
    const query = `{ project(id: "${projectId(MINE)}") { fresh notes { fresh } } open { fresh } }`
    const denied = ['project.fresh', 'project.notes.fresh', 'open.fresh']
    const errors = async (access = accessOf()) => (await ask(schema, query, {}, access)).errors
    expect((await errors()).toSorted()).toEqual(denied.map((path) => [path, 'MFA_REQUIRED']).toSorted())
    expect(await errors(accessOf(adasGrants, { ...ada, authenticatedAt: new Date('2026-01-01T12:09:30Z') }))).toEqual(
      [],
    )
    expect(await errors(accessOf(NO_GRANTS, ANONYMOUS))).toContainEqual(['open.fresh', 'UNAUTHENTICATED'])
  })

  test('is not resolved for an operation without access', async () => {
    const { schema, touched } = arrange()
    const result = await execute({ schema, document: parse('{ viewer { buckets { id } } }'), contextValue: {} })
    expect(result.data).toEqual({ viewer: null })
    expect(touched).not.toHaveBeenCalled()
  })
})

describe('an object on its way out', () => {
  test('is null with its error in a list, and its neighbours stay', async () => {
    const { schema } = arrange()
    expect(await ask(schema, '{ viewer { buckets { id } } }')).toEqual({
      data: { viewer: { buckets: [{ id: bucketId(MINE) }, null, { id: bucketId(SIBLING) }] } },
      errors: [['viewer.buckets.1', 'PROJECT_ACCESS_DENIED']],
    })
  })

  test('is decided by its concrete type behind a union or an interface', async () => {
    const { schema } = arrange()
    const things = await ask(schema, '{ things { ... on Bucket { id } ... on Note { text } } }')
    expect(things).toEqual({
      data: { things: [{}, { id: bucketId(MINE) }, null, { text: 'n' }] },
      errors: [['things.2', 'PROJECT_ACCESS_DENIED']],
    })
    expect((await ask(schema, '{ nodes { id } }')).data).toEqual({ nodes: [null, { id: bucketId(MINE) }, null] })
  })

  test('is decided by its id as its own resolver gives it, at once or later', async () => {
    const schema = guardedSubgraph(
      'type Query { all: [B] @selfScoped } type B @projectScoped(capability: READ) { id: ID! }',
      {
        Query: { all: () => [MINE, FOREIGN].map((owner) => ({ id: 'raw', owner })) },
        B: {
          id: ({ owner }: { owner: Uuid }, _: unknown, __: unknown, { fieldName }: { fieldName: string }) =>
            fieldName === 'id' ? Promise.resolve(bucketId(owner)) : undefined,
        },
      },
    )
    expect(await ask(schema, '{ all { id } }')).toEqual({
      data: { all: [{ id: bucketId(MINE) }, null] },
      errors: [['all.1', 'PROJECT_ACCESS_DENIED']],
    })
  })

  test('is decided again where an edge leaves its project', async () => {
    const { schema } = arrange()
    const edge = await ask(schema, 'query ($id: ID!) { project(id: $id) { id favourite { id } } }', {
      id: projectId(MINE),
    })
    expect(edge.errors).toEqual([['project.favourite', 'PROJECT_ACCESS_DENIED']])
  })

  test('hides a field with a rule of its own, and nothing else (AND)', async () => {
    const { schema } = arrange()
    expect(
      await ask(schema, 'query ($id: ID!) { project(id: $id) { id secret } }', { id: projectId(SIBLING) }),
    ).toEqual({
      data: { project: { id: projectId(SIBLING), secret: null } },
      errors: [['project.secret', 'CAPABILITY_REQUIRED']],
    })
  })
})

describe('entity resolution', () => {
  const ENTITIES = `query ($r: [_Any!]!) { _entities(representations: $r) {
    ... on Project { id favourite { id } secret } ... on Bucket { name } ... on Setting { value } ... on Plan { ownerId } ... on Shelf { id } } }`

  test('nulls a denied representation with its error, and resolves the rest', async () => {
    const { schema, touched } = arrange()
    const r = [MINE, FOREIGN, NOWHERE].map((project) => ({ __typename: 'Bucket', id: bucketId(project) }))
    expect(await ask(schema, ENTITIES, { r })).toEqual({
      data: { _entities: [{ name: 'logs' }, null, null] },
      errors: [
        ['_entities.1', 'PROJECT_ACCESS_DENIED'],
        ['_entities.2', 'PROJECT_ACCESS_DENIED'],
      ],
    })
    expect(touched).toHaveBeenCalledTimes(1)
  })

  test('guards entities that have no reference resolver, and their fields', async () => {
    const { schema } = arrange()
    const r = [MINE, SIBLING, FOREIGN].map((project) => ({
      __typename: 'Project',
      id: projectId(project),
      secret: 'sent',
    }))
    const { data, errors } = await ask(schema, ENTITIES, { r })
    expect(errors).toEqual(
      expect.arrayContaining([
        ['_entities.0.favourite', 'PROJECT_ACCESS_DENIED'],
        ['_entities.1.secret', 'CAPABILITY_REQUIRED'],
        ['_entities.2', 'PROJECT_ACCESS_DENIED'],
      ]),
    )
    expect(data).toMatchObject({ _entities: [{ favourite: null }, { secret: null }, null] })
  })

  test('keeps the fault of one representation from the others', async () => {
    const { schema } = arrange()
    const r = [SIBLING, MINE].map((project) => ({ __typename: 'Bucket', id: bucketId(project) }))
    const { data, errors } = await ask(schema, ENTITIES, { r })
    expect(data).toEqual({ _entities: [null, { name: 'logs' }] })
    expect(errors).toEqual([['_entities.0', 'a fault']])
  })

  test('reads the scope from the field that the rule names', async () => {
    const { schema } = arrange()
    const r = [MINE, FOREIGN].map((owner) => ({ __typename: 'Plan', id: 'plain', ownerId: projectId(owner) }))
    expect((await ask(schema, ENTITIES, { r })).errors).toEqual([['_entities.1', 'PROJECT_ACCESS_DENIED']])
  })

  test('gives nobody the own things of another user', async () => {
    const { schema, touched } = arrange()
    const r = [ADA, uuid(8)].map((user) => ({ __typename: 'Setting', id: ownedId('ntf', user, uuid(7)).text }))
    expect(await ask(schema, ENTITIES, { r })).toEqual({
      data: { _entities: [{ value: 'v' }, null] },
      errors: [['_entities.1', 'SELF_ACCESS_DENIED']],
    })
    expect(touched).toHaveBeenCalledTimes(1)
  })

  test('decides the resolved object too: a permitted key opens nothing foreign', async () => {
    const schema = guardedSubgraph(TYPES, {
      Bucket: { __resolveReference: () => Promise.resolve({ id: bucketId(FOREIGN), name: 'theirs' }) },
    })
    const r = [{ __typename: 'Bucket', id: bucketId(MINE) }]
    expect(await ask(schema, ENTITIES, { r })).toEqual({
      data: { _entities: [null] },
      errors: [['_entities.0', 'PROJECT_ACCESS_DENIED']],
    })
  })

  test('takes keys as text alone: a forged parsed id, null, an object or a missing key is denied', async () => {
    const { schema, touched } = arrange()
    const mine = parseAnyId(projectId(MINE))
    const forged = mine.ok ? { ...mine.value, text: projectId(FOREIGN) } : undefined
    const keys = [forged, null, [bucketId(MINE)], { toString: bucketId(MINE) }, 7, '']
    const r = [...keys.map((id) => ({ __typename: 'Bucket', id })), { __typename: 'Bucket' }]
    const { data, errors } = await ask(schema, ENTITIES, { r })
    expect(data).toEqual({ _entities: r.map(() => null) })
    expect(errors.map(([, code]) => code)).toEqual(r.map(() => 'INVALID_ID'))
    expect(touched).not.toHaveBeenCalled()
  })

  test('survives types that are none, and names of prototypes', async () => {
    const { schema } = arrange()
    const names = ['__proto__', 'constructor', 'Query', 'Note', 'Nothing', '', null]
    const r = [
      ...names.map((__typename) => ({ __typename, id: bucketId(MINE) })),
      { __typename: 'Bucket', id: bucketId(MINE) },
    ]
    const { data, errors } = await ask(schema, ENTITIES, { r })
    expect(data).toEqual({ _entities: [...names.map(() => null), { name: 'logs' }] })
    expect(errors).toHaveLength(names.length)
  })

  test('decides the organization of an organization’s entities', async () => {
    const { schema } = arrange()
    const r = [ORGANIZATION, uuid(8)].map((owner) => ({ __typename: 'Shelf', id: ownedId('dep', owner, uuid(7)).text }))
    expect((await ask(schema, ENTITIES, { r })).errors).toEqual([['_entities.1', 'ORGANIZATION_ACCESS_DENIED']])
  })
})

describe('a subscription', () => {
  const DOCUMENT = parse('subscription ($id: ID!) { changes(projectId: $id) { name } }')
  const subscribe = (schema: ReturnType<typeof guardedSubgraph>, project: string, contextValue: object) =>
    createSourceEventStream({ schema, document: DOCUMENT, variableValues: { id: project }, contextValue })

  test('of a foreign project does not begin', async () => {
    const { schema, touched } = arrange()
    const source = await subscribe(schema, projectId(FOREIGN), { access: accessOf() })
    expect('errors' in source && seen(source).errors).toEqual([['changes', 'PROJECT_ACCESS_DENIED']])
    expect(touched).not.toHaveBeenCalled()
  })

  test('decides every event and every object in it', async () => {
    const { schema } = arrange()
    const source = await subscribe(schema, projectId(MINE), { access: accessOf() })
    if (!(Symbol.asyncIterator in source)) throw new Error('it begins')
    const access = [accessOf(), accessOf(), accessOf({ ...adasGrants, disabled: true })]
    const events: unknown[] = []
    for await (const rootValue of source) {
      const result = await execute({
        schema,
        document: DOCUMENT,
        rootValue,
        variableValues: { id: projectId(MINE) },
        contextValue: { access: access[events.length] },
      })
      events.push(seen(result))
    }
    expect(events).toEqual([
      { data: { changes: { name: 'logs' } }, errors: [] },
      { data: { changes: null }, errors: [['changes', 'PROJECT_ACCESS_DENIED']] },
      { data: { changes: null }, errors: [['changes', 'ACTOR_DISABLED']] },
    ])
  })
})

describe('a schema', () => {
  test('with a root field or an entity that nobody decided on is refused', () => {
    expect(() => guardedSubgraph('type Query { a: String }', {})).toThrow('Query.a')
    const entity = 'type Query { a: String @selfScoped } type Lost @key(fields: "id") { id: ID! more: Int }'
    expect(() => guardedSubgraph(entity, {})).toThrow('Lost.more')
  })

  test('decides objects anew once grants were read again', async () => {
    const rows = guardedSubgraph(
      'type Query { all: [B] @selfScoped again: [B] @selfScoped @sensitive } type B @projectScoped(capability: READ) { id: ID! }',
      { Query: { all: () => [{ id: bucketId(MINE) }], again: () => [{ id: bucketId(MINE) }] } },
    )
    const without = { ...adasGrants, projects: new Map() }
    const access = accessOf(adasGrants, { ...ada, authenticatedAt: new Date('2026-01-01T12:09:00Z') }, () =>
      Promise.resolve(without),
    )
    expect((await ask(rows, '{ all { id } }', {}, access)).errors).toEqual([])
    expect((await ask(rows, '{ again { id } }', {}, access)).errors).toEqual([['again.0', 'PROJECT_ACCESS_DENIED']])
    expect((await ask(rows, '{ all { id } }', {}, access)).errors).toEqual([['all.0', 'PROJECT_ACCESS_DENIED']])
  })

  test('decides once for all rows of one scope', async () => {
    const { schema } = arrange()
    const access = accessOf()
    const decide = jest.spyOn(access, 'decide')
    const many = guardedSubgraph(
      'type Query { all: [B] @selfScoped } type B @projectScoped(capability: READ) { id: ID! }',
      {
        Query: { all: () => Array.from({ length: 500 }, (_, i) => ({ id: bucketId(MINE, uuid(i % 10)) })) },
      },
    )
    expect((await ask(many, '{ all { id } }', {}, access)).errors).toEqual([])
    expect(decide.mock.calls.length).toBeLessThan(5)
    expect(schema).toBeDefined()
  })
})
