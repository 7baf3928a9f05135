import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { accessOf, ada, adasGrants, uuid } from '../../directives/testkit/guarded-graph.ts'
import type { Denial } from '../../platform/access/denials.ts'
import { NO_GRANTS, type Grants } from '../../platform/access/grants.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import type { SentFetch } from '../../test/testkit/federated-graph.ts'
import { startGateway, type TestGateway } from '../../test/testkit/gateway.ts'
import {
  appId,
  foreign,
  foreignOrganizationId,
  mine,
  organizationId,
  sibling,
  tenancy,
} from '../../test/testkit/graphs/tenancy.ts'

/** The subgraphs decide nothing here: what is denied was denied by preflight, or on the gateway's way out. */
let graph: TestGateway
let caller: Principal = ada
let grants: Grants = adasGrants
/** What is read past every cache, first to last; the same as before where nothing is left. */
let rereads: Grants[] = []
let reads = 0
const recorded: Denial[] = []

beforeAll(async () => {
  graph = await startGateway(tenancy, {
    verifier: { authenticate: () => Promise.resolve({ principal: caller, expiresAt: undefined }) },
    access: (principal) => {
      const held = principal.kind === 'anonymous' ? NO_GRANTS : grants
      const reload = () => Promise.resolve(rereads[reads++] ?? held)
      return Promise.resolve(accessOf(held, principal, reload))
    },
    denials: { record: (denial) => recorded.push(denial) },
    clock: { now: () => new Date('2026-01-01T12:10:00Z') },
  })
})
afterAll(() => graph.gateway.stop(0))
beforeEach(() => {
  caller = ada
  grants = adasGrants
  rereads = []
  reads = 0
  recorded.length = 0
})

const ask = async (query: string, variables: Record<string, unknown> = {}) => {
  const before = graph.graph.sent.length
  const { data, errors, text } = await graph.ask({ query, variables })
  return {
    data,
    text,
    errors: errors.map(({ path, extensions }) => [path?.join('.'), extensions['code']]),
    extensions: errors.map(({ extensions }) => extensions),
    sent: graph.graph.sent.slice(before),
  }
}

const subgraphsOf = (sent: readonly SentFetch[]) => sent.map(({ subgraph }) => subgraph)
const textOf = (sent: readonly SentFetch[]) => sent.map(({ operation }) => operation).join('\n')

describe('below a project of which the scope is known', () => {
  const QUERY = 'query ($id: ID!) { project(id: $id) { name secret spend { amount } budget buckets { name key } } }'

  test('what the caller may have is fetched', async () => {
    const { data, errors } = await ask(QUERY, { id: mine })
    expect(errors).toEqual([])
    expect(data).toMatchObject({ project: { spend: { amount: 7 }, budget: 9, buckets: [{ name: 'logs', key: 'k' }] } })
  })

  test('a denied field is null with its error, and is asked of no subgraph; its siblings are', async () => {
    const { data, errors, extensions, sent } = await ask(QUERY, { id: sibling })
    expect(data).toEqual({
      project: {
        name: `name of ${sibling}`,
        secret: null,
        spend: null,
        budget: 9,
        buckets: [{ name: 'logs', key: null }],
      },
    })
    expect(errors).toEqual([
      ['project.secret', 'CAPABILITY_REQUIRED'],
      ['project.spend', 'CAPABILITY_REQUIRED'],
      ['project.buckets.0.key', 'CAPABILITY_REQUIRED'],
    ])
    expect(extensions[0]).toMatchObject({ capability: 'WRITE', rule: 'projectScoped' })
    expect(textOf(sent)).not.toMatch(/secret|spend|key/)
  })

  test('a subgraph of which everything is denied is not asked', async () => {
    const { data, sent } = await ask('query ($id: ID!) { project(id: $id) { name spend { amount } } }', { id: sibling })
    expect(data).toEqual({ project: { name: `name of ${sibling}`, spend: null } })
    expect(subgraphsOf(sent)).toEqual(['projects'])
  })

  test('where nothing else was selected, a permitted object stays told from null', async () => {
    const { data, errors } = await ask('query ($id: ID!) { project(id: $id) { secret } }', { id: sibling })
    expect([data, errors]).toEqual([{ project: { secret: null } }, [['project.secret', 'CAPABILITY_REQUIRED']]])
  })

  test('each alias is decided in its own scope, and each place has its error', async () => {
    const { data, errors, sent } = await ask(
      `query ($a: ID!, $b: ID!) {
        a: project(id: $a) { ...P } b: project(id: $b) { ...P } c: project(id: "${foreign}") { ...P }
      } fragment P on Project { s: secret t: secret }`,
      { a: mine, b: sibling },
    )
    const secret = `secret of ${mine}`
    expect(data).toEqual({ a: { s: secret, t: secret }, b: { s: null, t: null }, c: null })
    expect(errors).toEqual([
      ['b.s', 'CAPABILITY_REQUIRED'],
      ['b.t', 'CAPABILITY_REQUIRED'],
      ['c', 'PROJECT_ACCESS_DENIED'],
    ])
    expect(JSON.stringify(sent)).not.toContain(foreign)
  })

  test('the rule of the object that is returned counts for the field: it is denied before it is fetched', async () => {
    const { data, errors, sent } = await ask('query ($id: ID!) { project(id: $id) { name app { title } } }', {
      id: sibling,
    })
    expect(data).toEqual({ project: { name: `name of ${sibling}`, app: null } })
    expect(errors).toEqual([['project.app', 'CAPABILITY_REQUIRED']])
    expect(textOf(sent)).not.toContain('app')
  })

  test('what is left out by @skip and @include is not decided', async () => {
    const query = `query ($id: ID!, $with: Boolean = false) {
      project(id: $id) { name secret @include(if: $with) spend @skip(if: true) { amount } ...S @skip(if: true) }
    } fragment S on Project { secret }`
    expect(await ask(query, { id: sibling })).toMatchObject({
      data: { project: { name: `name of ${sibling}` } },
      errors: [],
    })
    expect((await ask(query, { id: sibling, with: true })).errors).toEqual([['project.secret', 'CAPABILITY_REQUIRED']])
    expect((await ask(query, { id: mine, with: true })).data).toEqual({
      project: { name: `name of ${mine}`, secret: `secret of ${mine}` },
    })
  })
})

describe('the ids of an argument', () => {
  const MANY = 'query ($where: Where!) { many(where: $where) { name secret } }'

  test('are all needed', async () => {
    const where = { items: [{ ids: [mine] }, { ids: [sibling, foreign] }] }
    const { data, errors, sent } = await ask(MANY, { where })
    expect([data, errors, sent]).toEqual([{ many: null }, [['many', 'PROJECT_ACCESS_DENIED']], []])
  })

  test('of several projects: what is selected below is decided for each object', async () => {
    const { data, errors } = await ask(MANY, { where: { items: [{ ids: [mine, sibling] }] } })
    expect(data).toEqual({
      many: [
        { name: `name of ${mine}`, secret: `secret of ${mine}` },
        { name: `name of ${sibling}`, secret: null },
      ],
    })
    expect(errors).toEqual([['many.1.secret', 'CAPABILITY_REQUIRED']])
  })

  test('of several projects, none of which permits a field: it is not fetched', async () => {
    const { data, errors, sent } = await ask(MANY, { where: { items: [{ ids: [sibling] }] } })
    expect(data).toEqual({ many: [{ name: `name of ${sibling}`, secret: null }] })
    expect(errors).toEqual([['many.0.secret', 'CAPABILITY_REQUIRED']])
    expect(textOf(sent)).not.toContain('secret')
  })

  test.each([
    ['an empty list', { items: [] }],
    ['an empty list in an item', { items: [{ ids: [mine] }, { ids: [] }] }],
    ['an id that is empty', { items: [{ ids: [''] }] }],
    ['an id of another kind', { items: [{ ids: [organizationId] }] }],
  ])('%s is no permission, and nothing is fetched', async (_, where) => {
    const { data, errors, extensions, sent } = await ask(MANY, { where })
    expect([data, errors, sent]).toEqual([{ many: null }, [['many', 'INVALID_ID']], []])
    expect(extensions[0]).toMatchObject({ argument: 'where.items.ids' })
  })

  test('a default is decided like a value that was sent; null is no scope', async () => {
    expect(await ask('{ defaulted { name } }')).toMatchObject({
      errors: [['defaulted', 'PROJECT_ACCESS_DENIED']],
      sent: [],
    })
    expect(await ask('{ defaulted(id: null) { name } }')).toMatchObject({
      errors: [['defaulted', 'INVALID_ID']],
      sent: [],
    })
    expect(await ask('query ($id: ID) { defaulted(id: $id) { name } }')).toMatchObject({
      errors: [['defaulted', 'PROJECT_ACCESS_DENIED']],
      sent: [],
    })
  })
})

describe('an object whose scope does not follow from its root', () => {
  test('is decided by its own id, which is fetched and not shown; further subgraphs are asked for permitted ones alone', async () => {
    const { data, errors, sent } = await ask('{ viewer { name projects { name budget } } }')
    expect(data).toEqual({
      viewer: {
        name: 'Ada',
        projects: [{ name: `name of ${mine}`, budget: 9 }, null, { name: `name of ${sibling}`, budget: 9 }],
      },
    })
    expect(errors).toEqual([['viewer.projects.1', 'PROJECT_ACCESS_DENIED']])
    const [, second] = sent
    expect(second?.variables['representations']).toEqual([
      { __typename: 'Project', id: mine },
      { __typename: 'Project', id: sibling },
    ])
  })

  test('has its fields decided too; what is denied of every object is asked for none', async () => {
    const { data, errors, sent } = await ask('{ viewer { projects { id spend { amount } } } }')
    expect(data).toEqual({
      viewer: { projects: [{ id: mine, spend: { amount: 7 } }, null, { id: sibling, spend: null }] },
    })
    expect(errors).toEqual([
      ['viewer.projects.1', 'PROJECT_ACCESS_DENIED'],
      ['viewer.projects.2.spend', 'CAPABILITY_REQUIRED'],
    ])
    expect(sent.at(-1)?.variables['representations']).toEqual([{ __typename: 'Project', id: mine }])
  })

  test('nulls what must not be null, as GraphQL does, and says why at its own place', async () => {
    expect(await ask('{ viewer { name strict { name } } }')).toMatchObject({
      data: { viewer: { name: 'Ada', strict: null } },
      errors: [['viewer.strict.1', 'PROJECT_ACCESS_DENIED']],
    })
    expect(await ask('{ viewer { name one { name } } }')).toMatchObject({
      data: { viewer: null },
      errors: [['viewer.one', 'PROJECT_ACCESS_DENIED']],
    })
  })

  test('below an organization, over @crossScope and below what is public alike', async () => {
    const { data, errors } = await ask(
      `query ($id: ID!, $mine: ID!) {
        organization(id: $id) { name books projects { name } }
        project(id: $mine) { organization { name } }
        news { text newest { name } all { n: name organization { name books } } }
      }`,
      { id: organizationId, mine },
    )
    expect(data).toEqual({
      organization: {
        name: 'us',
        books: null,
        projects: [{ name: `name of ${mine}` }, null, { name: `name of ${sibling}` }],
      },
      project: { organization: { name: `organization of ${mine}` } },
      news: {
        text: 'hello',
        newest: null,
        all: [
          { n: `name of ${mine}`, organization: { name: `organization of ${mine}`, books: null } },
          null,
          { n: `name of ${sibling}`, organization: { name: `organization of ${sibling}`, books: null } },
        ],
      },
    })
    expect(errors).toEqual([
      ['organization.books', 'CAPABILITY_REQUIRED'],
      ['organization.projects.1', 'PROJECT_ACCESS_DENIED'],
      ['news.newest', 'PROJECT_ACCESS_DENIED'],
      ['news.all.0.organization.books', 'CAPABILITY_REQUIRED'],
      ['news.all.1', 'PROJECT_ACCESS_DENIED'],
      ['news.all.2.organization.books', 'CAPABILITY_REQUIRED'],
    ])
  })

  test('whatever the client calls its fields: the scope is read from none of its aliases', async () => {
    const { data, errors } = await ask('{ viewer { projects { id: name id_: name __proto__: id constructor: name } } }')
    const shown = (id: string) =>
      JSON.parse(
        `{"id":"name of ${id}","id_":"name of ${id}","__proto__":"${id}","constructor":"name of ${id}"}`,
      ) as unknown
    expect(data).toEqual({ viewer: { projects: [shown(mine), null, shown(sibling)] } })
    expect(errors).toEqual([['viewer.projects.1', 'PROJECT_ACCESS_DENIED']])
  })
})

describe('interfaces and unions', () => {
  test('each object is decided by the rule of its own type, and each field by that of the concrete one', async () => {
    const { data, errors } = await ask(
      '{ viewer { favourite { note things { name ... on Project { secret } ... on App { title } } any { ... on Leaflet { name } ... on Project { n: name } } } } }',
    )
    expect(data).toEqual({
      viewer: {
        favourite: {
          note: 'mine',
          things: [
            { name: 'paper' },
            { name: `name of ${mine}`, secret: `secret of ${mine}` },
            null,
            { name: `name of ${sibling}`, secret: null },
            { name: 'app', title: `app of ${mine}` },
          ],
          any: [{ name: 'paper' }, { n: `name of ${mine}` }, null],
        },
      },
    })
    expect(errors).toEqual([
      ['viewer.favourite.things.2', 'PROJECT_ACCESS_DENIED'],
      ['viewer.favourite.things.3.secret', 'CAPABILITY_REQUIRED'],
      ['viewer.favourite.any.2', 'PROJECT_ACCESS_DENIED'],
    ])
  })

  test('an alias cannot pass for the type name', async () => {
    const { data, errors } = await ask(
      '{ viewer { favourite { things { __typename: name ... on Project { secret } } } } }',
    )
    expect(data).toEqual({
      viewer: {
        favourite: {
          things: [
            { __typename: 'paper' },
            { __typename: `name of ${mine}`, secret: `secret of ${mine}` },
            null,
            { __typename: `name of ${sibling}`, secret: null },
            { __typename: 'app' },
          ],
        },
      },
    })
    expect(errors).toEqual([
      ['viewer.favourite.things.2', 'PROJECT_ACCESS_DENIED'],
      ['viewer.favourite.things.3.secret', 'CAPABILITY_REQUIRED'],
    ])
  })

  test('a thing that its id says to be in a foreign project is not fetched', async () => {
    expect(await ask('query ($id: ID!) { node(id: $id) { name } }', { id: appId })).toMatchObject({
      data: { node: { name: 'app' } },
      errors: [],
    })
    grants = { ...adasGrants, projects: new Map([...adasGrants.projects].slice(1)) }
    expect(await ask('query ($id: ID!) { node(id: $id) { name } }', { id: appId })).toMatchObject({
      data: { node: null },
      errors: [['node', 'PROJECT_ACCESS_DENIED']],
      sent: [],
    })
  })
})

describe('a mutation', () => {
  const RENAME = 'mutation ($id: ID!) { rename(id: $id) { project { name secret spend { amount } } } }'

  test('runs where everything in it is permitted', async () => {
    expect(await ask(RENAME, { id: mine })).toMatchObject({
      data: { rename: { project: { spend: { amount: 7 } } } },
      errors: [],
    })
    expect(recorded).toEqual([])
  })

  test('does not run for what is denied of its results; each denied field says so, and the attempt is recorded once', async () => {
    const { data, errors, sent } = await ask(RENAME, { id: sibling })
    expect(data).toEqual({ rename: null })
    expect(errors).toEqual([
      ['rename.project.secret', 'CAPABILITY_REQUIRED'],
      ['rename.project.spend', 'CAPABILITY_REQUIRED'],
    ])
    expect(sent).toEqual([])
    expect(recorded).toEqual([
      {
        coordinate: 'Mutation.rename',
        action: 'project.rename',
        code: 'CAPABILITY_REQUIRED',
        principal: ada,
        scope: { organizationId: uuid(2), projectId: uuid(4) },
      },
    ])
  })

  test('needs each of several scopes, for what is selected of its results too', async () => {
    const TOUCH = 'mutation ($ids: [ID!]!) { touch(ids: $ids) { name secret } }'
    expect(await ask(TOUCH, { ids: [mine, sibling] })).toMatchObject({
      data: { touch: null },
      // No index: nothing was fetched that would have one.
      errors: [['touch', 'CAPABILITY_REQUIRED']],
      sent: [],
    })
    expect(await ask(TOUCH, { ids: [mine, foreign] })).toMatchObject({
      errors: [['touch', 'PROJECT_ACCESS_DENIED']],
      sent: [],
    })
    expect(recorded.map(({ code, scope }) => [code, scope.projectId])).toEqual([
      ['CAPABILITY_REQUIRED', uuid(4)],
      ['PROJECT_ACCESS_DENIED', uuid(5)],
    ])
  })

  test('runs as a whole or not at all; the fields that are not denied say that they were refused with the others', async () => {
    const { data, errors, sent } = await ask(
      `mutation { a: rename(id: "${mine}") { project { name } } b: rename(id: "${foreign}") { project { name } } c: touch(ids: []) { id } }`,
    )
    expect(data).toEqual({ a: null, b: null, c: null })
    expect(errors).toEqual([
      ['a', 'MUTATION_REFUSED'],
      ['b', 'PROJECT_ACCESS_DENIED'],
      ['c', 'INVALID_ID'],
    ])
    expect(sent).toEqual([])
    expect(recorded.map(({ coordinate, code }) => [coordinate, code])).toEqual([
      ['Mutation.rename', 'PROJECT_ACCESS_DENIED'],
      ['Mutation.touch', 'INVALID_ID'],
    ])
  })

  test('shows what it has just given its caller: grants are read again after it', async () => {
    const founded = new Map([
      ...adasGrants.organizations,
      [uuid(8), { suspended: false, capabilities: new Set(['READ']) }],
    ])
    rereads = [adasGrants, { ...adasGrants, organizations: founded }]
    const query = 'mutation { found(name: "new") { organization { id name } } }'
    expect(await ask(query)).toMatchObject({
      data: { found: { organization: { id: foreignOrganizationId } } },
      errors: [],
    })
    expect(reads).toBe(2)
    expect((await ask(query)).errors).toEqual([['found.organization', 'ORGANIZATION_ACCESS_DENIED']])
  })
})

describe('a sensitive field', () => {
  test('below the root asks for a fresh second factor, and the grants are read fresh', async () => {
    const query = 'query ($id: ID!) { project(id: $id) { name fresh } }'
    const { data, errors, extensions } = await ask(query, { id: mine })
    expect([data, errors]).toEqual([
      { project: { name: `name of ${mine}`, fresh: null } },
      [['project.fresh', 'MFA_REQUIRED']],
    ])
    expect(extensions[0]).toMatchObject({ maxAgeSeconds: 60 })
    expect(reads).toBe(1)
    caller = { ...ada, authenticatedAt: new Date('2026-01-01T12:09:30Z') }
    expect((await ask(query, { id: mine })).errors).toEqual([])
    rereads = [adasGrants, adasGrants, NO_GRANTS]
    expect((await ask(query, { id: mine })).errors).toEqual([['project', 'PROJECT_ACCESS_DENIED']])
  })

  test('of an object that is decided on its way out', async () => {
    expect((await ask('{ viewer { projects { fresh } } }')).errors).toEqual([
      ['viewer.projects.0.fresh', 'MFA_REQUIRED'],
      ['viewer.projects.1', 'PROJECT_ACCESS_DENIED'],
      ['viewer.projects.2.fresh', 'MFA_REQUIRED'],
    ])
  })
})

test('a disabled caller has nothing that is guarded, and nothing is fetched for it', async () => {
  grants = { ...adasGrants, disabled: true }
  const { data, errors, sent } = await ask(
    `{ news { text newest { name } } viewer { name } project(id: "${mine}") { name } }`,
  )
  expect(data).toEqual({ news: { text: 'hello', newest: null }, viewer: null, project: null })
  expect(errors.map(([, code]) => code)).toEqual(['ACTOR_DISABLED', 'ACTOR_DISABLED', 'ACTOR_DISABLED'])
  expect(textOf(sent)).not.toMatch(/newest|viewer|project\(/)
})

test('an anonymous attempt at an audited field is recorded', async () => {
  caller = ANONYMOUS
  await ask(`mutation { rename(id: "${foreign}") { project { name } } }`)
  expect(recorded).toMatchObject([
    { coordinate: 'Mutation.rename', code: 'UNAUTHENTICATED', scope: { projectId: uuid(5) } },
  ])
})
