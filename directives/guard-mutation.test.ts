import { describe, expect, jest, test } from '@jest/globals'
import { execute, parse } from 'graphql'
import {
  accessOf,
  ada,
  adasGrants,
  ask,
  bucketId,
  FOREIGN,
  guardedSubgraph,
  MINE,
  ORGANIZATION,
  seen,
  SIBLING,
} from './testkit/guarded-graph.ts'
import type { Denial } from '../platform/access/denials.ts'
import { NO_GRANTS } from '../platform/access/grants.ts'
import { ANONYMOUS } from '../platform/access/principal.ts'

const TYPES = `
  type Query { peek(id: ID!): Bucket @projectScoped(capability: WRITE, project: "id") @audited(action: "bucket.peek") }
  type Mutation {
    rename(id: ID!): Bucket @projectScoped(capability: WRITE, project: "id") @audited(action: "bucket.rename")
    rekey(id: ID!): Bucket @projectScoped(capability: WRITE, project: "id") @sensitive(maxAgeSeconds: 60) @audited(action: "bucket.rekey")
    quietly(id: ID!): Bucket @projectScoped(capability: WRITE, project: "id")
    found(id: ID!): Bucket @orgScoped(capability: WRITE, organization: "id") @audited(action: "found")
    greet: String! @public(reason: "says only hello")
  }
  type Bucket @projectScoped(capability: READ) { id: ID! }
`

const arrange = () => {
  const ran: string[] = []
  const denials: Denial[] = []
  const run =
    (name: string) =>
    (_: unknown, { id }: { id: string }) => {
      ran.push(name)
      return { id }
    }
  const greet = (): string => {
    ran.push('greet')
    return 'hello'
  }
  const schema = guardedSubgraph(
    TYPES,
    {
      Query: { peek: run('peek') },
      Mutation: { rename: run('rename'), rekey: run('rekey'), quietly: run('quietly'), found: run('found'), greet },
    },
    { record: (denial) => denials.push(denial) },
  )
  return { schema, ran, denials }
}

const mine = bucketId(MINE)
const sibling = bucketId(SIBLING)
const foreign = bucketId(FOREIGN)

describe('a mutation that reaches a subgraph', () => {
  test('runs in order when nothing of it is denied', async () => {
    const { schema, ran, denials } = arrange()
    const { data, errors } = await ask(
      schema,
      'mutation ($id: ID!) { a: rename(id: $id) { id } greet b: quietly(id: $id) { id } }',
      { id: mine },
    )
    expect([data, errors]).toEqual([{ a: { id: mine }, greet: 'hello', b: { id: mine } }, []])
    expect([ran, denials]).toEqual([['rename', 'greet', 'quietly'], []])
  })

  test.each<[name: string, document: string, denied: string]>([
    ['the last field', 'mutation ($i: ID!, $o: ID!) { a: rename(id: $i) { id } b: quietly(id: $o) { id } }', 'b'],
    [
      'a field in a fragment',
      'mutation ($i: ID!, $o: ID!) { a: rename(id: $i) { id } ...f } fragment f on Mutation { ... { b: quietly(id: $o) { id } } }',
      'b',
    ],
    ['an aliased twin', 'mutation ($i: ID!, $o: ID!) { a: rename(id: $i) { id } b: rename(id: $o) { id } }', 'b'],
    [
      'an included field',
      'mutation ($i: ID!, $o: ID!, $y: Boolean = true) { a: rename(id: $i) { id } b: rename(id: $o) @include(if: $y) { id } }',
      'b',
    ],
    [
      'prototype names',
      'mutation ($i: ID!, $o: ID!) { constructor: rename(id: $i) { id } __proto__: rename(id: $o) { id } }',
      '__proto__',
    ],
  ])('runs nothing when %s is denied, and says so there alone', async (_, document, denied) => {
    const { schema, ran } = arrange()
    for (const id of [foreign, sibling]) {
      const { data, errors } = await ask(schema, document, { i: mine, o: id })
      expect(Object.values(Object(data) as object)).toEqual(expect.arrayContaining([null])) // data is an object or null
      expect(errors).toEqual([[denied, id === foreign ? 'PROJECT_ACCESS_DENIED' : 'CAPABILITY_REQUIRED']])
    }
    expect(ran).toEqual([])
  })

  test('is not held up by what these variables leave out', async () => {
    const { schema, ran } = arrange()
    const document = 'mutation ($i: ID!, $o: ID!) { rename(id: $i) { id } b: quietly(id: $o) @skip(if: true) { id } }'
    expect((await ask(schema, document, { i: mine, o: foreign })).errors).toEqual([])
    expect(ran).toEqual(['rename'])
  })

  test('gives no value for a field that cannot be null either', async () => {
    const { schema, ran } = arrange()
    const { data, errors } = await ask(schema, 'mutation ($id: ID!) { greet rename(id: $id) { id } }', { id: foreign })
    expect([data, errors]).toEqual([null, [['greet', 'PROJECT_ACCESS_DENIED']]])
    expect(ran).toEqual([])
  })

  test('is decided by grants that were read for it, once: a cached permission writes nothing', async () => {
    const { schema, ran } = arrange()
    const reload = jest.fn(() => Promise.resolve({ ...adasGrants, projects: new Map() }))
    const stale = accessOf(adasGrants, ada, reload)
    const { errors } = await ask(
      schema,
      'mutation ($id: ID!) { a: rename(id: $id) { id } b: rename(id: $id) { id } }',
      { id: mine },
      stale,
    )
    expect(errors).toEqual([
      ['a', 'PROJECT_ACCESS_DENIED'],
      ['b', 'PROJECT_ACCESS_DENIED'],
    ])
    expect([ran, reload.mock.calls.length]).toEqual([[], 1])
  })

  test('decides a field again at its turn: what the one before took away is gone', async () => {
    let held = adasGrants
    const access = accessOf(adasGrants, ada, () => Promise.resolve(held))
    const leaving = guardedSubgraph(TYPES, {
      Mutation: {
        rename: async (_: unknown, { id }: { id: string }) => {
          held = NO_GRANTS
          await access.refresh()
          return { id }
        },
        quietly: () => {
          throw new Error('it must not run')
        },
      },
    })
    const document = 'mutation ($id: ID!) { rename(id: $id) { __typename } quietly(id: $id) { id } }'
    const { errors } = await ask(leaving, document, { id: mine }, access)
    expect(errors).toContainEqual(['quietly', 'PROJECT_ACCESS_DENIED'])
  })
})

test('R8: a disabled actor is told so on queries and mutations, whatever the membership holds', async () => {
  const { schema, ran } = arrange()
  const disabled = { ...adasGrants, disabled: true }
  for (const document of [
    'query ($id: ID!) { peek(id: $id) { id } }',
    'mutation ($id: ID!) { rename(id: $id) { id } }',
  ]) {
    const { errors } = await ask(schema, document, { id: mine }, accessOf(disabled))
    expect(errors.map(([, code]) => code)).toEqual(['ACTOR_DISABLED'])
  }
  // Disabled since the grants were read: a mutation reads them for itself.
  const meanwhile = accessOf(adasGrants, ada, () => Promise.resolve(disabled))
  const { errors } = await ask(schema, 'mutation ($id: ID!) { rename(id: $id) { id } }', { id: mine }, meanwhile)
  expect(errors).toEqual([['rename', 'ACTOR_DISABLED']])
  expect(ran).toEqual([])
})

describe('audit', () => {
  test('is told of each denied audited root field once, with where it was aimed', async () => {
    const { schema, denials } = arrange()
    const document =
      'mutation ($m: ID!, $s: ID!, $f: ID!) { a: rename(id: $s) { id } b: rename(id: $f) { id } c: quietly(id: $f) { id } d: rekey(id: $m) { id } e: found(id: "org_x") { id } }'
    await ask(schema, document, { m: mine, s: sibling, f: foreign })
    const rename = { coordinate: 'Mutation.rename', action: 'bucket.rename', principal: ada }
    expect(denials).toEqual([
      { ...rename, code: 'CAPABILITY_REQUIRED', scope: { organizationId: ORGANIZATION, projectId: SIBLING } },
      { ...rename, code: 'PROJECT_ACCESS_DENIED', scope: { projectId: FOREIGN } },
      {
        coordinate: 'Mutation.rekey',
        action: 'bucket.rekey',
        principal: ada,
        code: 'MFA_REQUIRED',
        scope: { organizationId: ORGANIZATION, projectId: MINE },
      },
      { coordinate: 'Mutation.found', action: 'found', principal: ada, code: 'INVALID_ID', scope: {} },
    ])
  })

  test('is told of queries and of nobody in particular, too', async () => {
    const { schema, denials } = arrange()
    await ask(schema, 'query ($id: ID!) { peek(id: $id) { id } }', { id: mine }, accessOf(NO_GRANTS, ANONYMOUS))
    expect(denials).toMatchObject([{ coordinate: 'Query.peek', code: 'UNAUTHENTICATED', principal: ANONYMOUS }])
  })
})

test('R23: the error of a sensitive field says how fresh the second factor must be', async () => {
  const { schema } = arrange()
  const { errors } = await execute({
    schema,
    document: parse('mutation ($id: ID!) { rekey(id: $id) { id } }'),
    variableValues: { id: mine },
    contextValue: { access: accessOf() },
  })
  expect(errors?.[0]?.originalError).toMatchObject({ code: 'MFA_REQUIRED', details: { maxAgeSeconds: 60 } })
  expect(seen({ errors: errors ?? [] }).errors).toEqual([['rekey', 'MFA_REQUIRED']])
})
