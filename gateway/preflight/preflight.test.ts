import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  ada,
  adasGrants,
  accessOf,
  bucketId,
  FOREIGN,
  HEADER,
  MINE,
  NOWHERE,
  projectId,
  SIBLING,
} from '../../directives/testkit/guarded-graph.ts'
import { NO_GRANTS } from '../../platform/access/grants.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import { silentLog } from '../../platform/log/log.ts'
import type { TestSubgraph } from '../../test/testkit/federated-graph.ts'
import { startGateway, type TestGateway } from '../../test/testkit/gateway.ts'
import { createGateway } from '../create-gateway.ts'

const project = { id: projectId(MINE), name: 'Mine', secret: 'hidden' }
const bucket = { __typename: 'Bucket', id: bucketId(MINE), name: 'logs' }

const projects: TestSubgraph = {
  typeDefs: `${HEADER}
    type Query {
      health: String! @public(reason: "says only that it runs")
      about: About @public(reason: "what everybody may know")
      project(id: ID!): Project @projectScoped(capability: READ, project: "id")
      many(where: Where!): [Project] @projectScoped(capability: READ, project: "where.ids")
      viewer: Viewer @selfScoped
      operator: String @platformScoped(capability: READ)
      fresh: String @selfScoped @sensitive(maxAgeSeconds: 60)
    }
    type Mutation {
      note(text: String!): Noted @public(reason: "a guest book for everybody")
      rename(input: Rename!): Project @projectScoped(capability: WRITE, project: "input.id")
    }
    input Where { ids: [ID!]! }
    input Rename { id: ID! }
    type Noted { text: String! viewer: Viewer }
    type About { text: String! newest: Project things: [Thing] thing: Thing }
    interface Thing { name: String }
    type Leaflet implements Thing { name: String }
    type Viewer @selfScoped { name: String project: Project }
    type Project implements Thing @key(fields: "id") @projectScoped(capability: READ) { id: ID! name: String secret: String @projectScoped(capability: WRITE) }`,
  resolvers: {
    Query: {
      health: () => 'ok',
      about: () => ({
        text: 'hello',
        newest: project,
        things: [
          { __typename: 'Leaflet', name: 'paper' },
          { __typename: 'Project', ...project },
        ],
        thing: { __typename: 'Project', ...project },
      }),
      project: () => project,
      many: (_: unknown, { where }: { where: { ids: string[] } }) => where.ids.map((id) => ({ ...project, id })),
      viewer: () => ({ name: 'Ada', project }),
      operator: () => 'all is well',
      fresh: () => 'fresh',
    },
    Mutation: {
      note: (_: unknown, { text }: { text: string }) => ({ text, viewer: { name: 'Ada' } }),
      rename: () => project,
    },
    Project: { __resolveReference: () => project },
  },
}

const storage: TestSubgraph = {
  typeDefs: `${HEADER}
    type Project @key(fields: "id") @projectScoped(capability: READ) { id: ID! buckets: [Bucket] @projectScoped(capability: READ) }
    type Bucket @key(fields: "id") @projectScoped(capability: READ) { id: ID! name: String }`,
  resolvers: { Project: { buckets: () => [bucket] } },
}

let graph: TestGateway
let caller: Principal = ANONYMOUS
beforeAll(async () => {
  graph = await startGateway(
    { projects, storage },
    {
      verifier: { authenticate: () => Promise.resolve({ principal: caller, expiresAt: undefined }) },
      access: (principal) =>
        Promise.resolve(accessOf(principal.kind === 'anonymous' ? NO_GRANTS : adasGrants, principal)),
      clock: { now: () => new Date('2026-01-01T12:10:00Z') },
    },
  )
})
afterAll(() => graph.gateway.stop(0))

const askAs = async (principal: Principal, query: string, variables: Record<string, unknown> = {}) => {
  caller = principal
  const before = graph.graph.fetched.length
  const { data, errors, text } = await graph.ask({ query, variables })
  return {
    data,
    text,
    errors: errors.map(({ path, extensions }) => [path?.join('.'), extensions['code']]),
    extensions: errors.map(({ extensions }) => extensions),
    fetched: graph.graph.fetched.slice(before),
  }
}

describe('an anonymous caller', () => {
  test('gets what is public, and one UNAUTHENTICATED for each guarded field, without a fetch for it', async () => {
    const { data, errors, fetched } = await askAs(
      ANONYMOUS,
      `{ health a: project(id: "x") { name buckets { name } } b: viewer { name } operator }`,
    )
    expect(data).toEqual({ health: 'ok', a: null, b: null, operator: null })
    expect(errors).toEqual([
      ['a', 'UNAUTHENTICATED'],
      ['b', 'UNAUTHENTICATED'],
      ['operator', 'UNAUTHENTICATED'],
    ])
    expect(fetched).toEqual(['projects'])
  })

  test('fetches nothing where everything is guarded', async () => {
    const { data, fetched } = await askAs(ANONYMOUS, `{ project(id: "${project.id}") { buckets { name } } }`)
    expect(data).toEqual({ project: null })
    expect(fetched).toEqual([])
  })

  test('is denied inside what is public, and inside lists, interfaces and fragments', async () => {
    const { data, errors, text } = await askAs(
      ANONYMOUS,
      `{ about { text newest { name } things { __typename ...T } thing { ... on Project { secret } ... on Leaflet { name } } } } fragment T on Thing { name ... on Project { secret } }`,
    )
    expect(data).toEqual({
      about: { text: 'hello', newest: null, things: [{ __typename: 'Leaflet', name: 'paper' }, null], thing: null },
    })
    expect(errors).toEqual([
      ['about.newest', 'UNAUTHENTICATED'],
      ['about.things.1', 'UNAUTHENTICATED'],
      ['about.thing', 'UNAUTHENTICATED'],
    ])
    expect(text).not.toMatch(/Mine|hidden/)
  })

  test('is not decided on what @skip and @include leave out', async () => {
    const query = 'query ($no: Boolean = false) { health viewer @include(if: $no) { name } operator @skip(if: true) }'
    expect(await askAs(ANONYMOUS, query)).toMatchObject({ data: { health: 'ok' }, errors: [] })
  })

  test.each([
    [
      'a guarded field beside a public one',
      'mutation { note(text: "x") { text } rename(input: { id: "x" }) { name } }',
      { note: null, rename: null },
      [
        ['note', 'MUTATION_REFUSED'],
        ['rename', 'UNAUTHENTICATED'],
      ],
    ],
    [
      'a guarded field in the result of a public one',
      'mutation { note(text: "x") { text viewer { name } } }',
      { note: null },
      [['note.viewer', 'UNAUTHENTICATED']],
    ],
  ])('runs nothing of a mutation with %s', async (_, query, data, errors) => {
    expect(await askAs(ANONYMOUS, query)).toMatchObject({ data, errors, fetched: [] })
  })

  test('may run a mutation that is public through and through', async () => {
    expect(await askAs(ANONYMOUS, 'mutation { note(text: "x") { text } }')).toMatchObject({
      data: { note: { text: 'x' } },
      errors: [],
    })
  })
})

describe('a known caller', () => {
  const PROJECT = 'query ($id: ID!) { health project(id: $id) { name buckets { name } } }'

  test('gets what its grants reach', async () => {
    const { data, errors, fetched } = await askAs(ada, PROJECT, { id: projectId(MINE) })
    expect([data, errors]).toEqual([{ health: 'ok', project: { name: 'Mine', buckets: [{ name: 'logs' }] } }, []])
    expect(fetched).toEqual(['projects', 'storage'])
  })

  test('R7: learns the same of a foreign project as of none, before anything is fetched for it; siblings run', async () => {
    const foreign = await askAs(ada, PROJECT, { id: projectId(FOREIGN) })
    const none = await askAs(ada, PROJECT, { id: projectId(NOWHERE) })
    for (const { data, errors, fetched } of [foreign, none]) {
      expect(data).toEqual({ health: 'ok', project: null })
      expect(errors).toEqual([['project', 'PROJECT_ACCESS_DENIED']])
      expect(fetched).toEqual(['projects'])
    }
    const bytes = (text: string) => text.replaceAll(/"correlationId":"[^"]+"/g, '')
    expect(bytes(foreign.text)).toBe(bytes(none.text))
    expect(
      (await askAs(ada, `query ($id: ID!) { project(id: $id) { name } }`, { id: projectId(FOREIGN) })).fetched,
    ).toEqual([])
  })

  test('one denied id denies the field; each alias is decided for itself', async () => {
    const query =
      'query ($where: Where!, $id: ID!) { many(where: $where) { name } a: project(id: $id) { name } b: project(id: "nonsense") { name } }'
    const { data, errors, extensions } = await askAs(ada, query, {
      where: { ids: [projectId(MINE), projectId(FOREIGN)] },
      id: projectId(SIBLING),
    })
    expect(data).toEqual({ many: null, a: { name: 'Mine' }, b: null })
    expect(errors).toEqual([
      ['many', 'PROJECT_ACCESS_DENIED'],
      ['b', 'INVALID_ID'],
    ])
    expect(extensions[1]).toMatchObject({ argument: 'id' })
  })

  test('an empty list of ids is no permission', async () => {
    const { data, errors, fetched } = await askAs(ada, 'query ($where: Where!) { many(where: $where) { name } }', {
      where: { ids: [] },
    })
    expect([data, errors, fetched]).toEqual([{ many: null }, [['many', 'INVALID_ID']], []])
  })

  test('a variable that may be null is no id, where it is null in spite of its default', async () => {
    const query = `query ($id: ID = "${projectId(MINE)}") { project(id: $id) { name } }`
    expect((await askAs(ada, query, {})).data).toEqual({ project: { name: 'Mine' } })
    const { data, errors, fetched } = await askAs(ada, query, { id: null })
    expect([data, errors, fetched]).toEqual([{ project: null }, [['project', 'INVALID_ID']], []])
  })

  test('learns which capability is missing, as a member; the mutation does not run', async () => {
    const { errors, extensions, fetched } = await askAs(
      ada,
      'mutation ($input: Rename!) { note(text: "x") { text } rename(input: $input) { name } }',
      { input: { id: projectId(SIBLING) } },
    )
    expect(errors).toEqual([
      ['note', 'MUTATION_REFUSED'],
      ['rename', 'CAPABILITY_REQUIRED'],
    ])
    expect(fetched).toEqual([])
    expect(extensions[1]).toMatchObject({ capability: 'WRITE', rule: 'projectScoped' })
  })

  test('is asked for a fresh second factor where the field is sensitive, and for a platform role where it is the platform’s', async () => {
    expect((await askAs(ada, '{ fresh operator viewer { name } }')).errors).toEqual([
      ['fresh', 'MFA_REQUIRED'],
      ['operator', 'PLATFORM_ACCESS_DENIED'],
    ])
    const justNow = { ...ada, authenticatedAt: new Date('2026-01-01T12:09:30Z') }
    expect((await askAs(justNow, '{ fresh }')).data).toEqual({ fresh: 'fresh' })
  })

  test('what is compiled for one caller never answers another', async () => {
    const query = 'query ($id: ID!) { project(id: $id) { name } }'
    const ids = [MINE, FOREIGN, SIBLING, NOWHERE, MINE].map(projectId)
    const answers: unknown[] = []
    for (const id of ids)
      answers.push((await askAs(ada, query, { id })).data, (await askAs(ANONYMOUS, query, { id })).errors)
    const mine = { project: { name: 'Mine' } }
    const denied = [['project', 'UNAUTHENTICATED']]
    expect(answers).toEqual([
      mine,
      denied,
      { project: null },
      denied,
      mine,
      denied,
      { project: null },
      denied,
      mine,
      denied,
    ])
  })
})

test('a supergraph that links the family and leaves a root field without a rule is refused, naming it', async () => {
  const sdl = graph.gateway
    .supergraph()
    .sdl.replace(
      'health: String! @join__field(graph: PROJECTS) @public(reason: "says only that it runs")',
      'health: String! @join__field(graph: PROJECTS)',
    )
  expect(sdl).not.toBe(graph.gateway.supergraph().sdl)
  const started = createGateway({
    supergraph: { sdl },
    transports: graph.graph.transports,
    log: silentLog,
    production: false,
  })
  await expect(started).rejects.toMatchObject({
    code: 'SUPERGRAPH_INVALID',
    message: expect.stringContaining('Query.health'),
  })
})
