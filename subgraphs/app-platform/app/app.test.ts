import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ownedId, parseId } from '../../../platform/ids/id.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { NOBODY } from '../../../test/testkit/world.ts'
import { CREATE_APP, runningApps, type RunningApps } from '../testkit/running-apps.ts'

let apps: RunningApps

beforeAll(async () => {
  apps = await runningApps()
})

afterAll(() => apps.world.end())

const create = (member: string, project: string, name: string) =>
  apps.ask(member, CREATE_APP, { input: { projectId: apps.world.projectId(project), name } })

const denied = (path: string, code: string) => ({ data: { [path]: null }, errors: [{ path, code }] })

describe('createApp', () => {
  test('makes an app with its first environment, an audit row and an event', async () => {
    const before = await apps.traces()
    expect(await create('a-developer', 'p', 'first')).toMatchObject({
      data: {
        createApp: {
          app: {
            name: 'first',
            createdAt: apps.world.clock.now().toISOString(),
            environments: { edges: [{ node: { name: 'production', currentRelease: null } }] },
          },
          userErrors: [],
        },
      },
      errors: [],
    })
    expect(await apps.traces()).toEqual({ audit: before.audit + 1, outbox: before.outbox + 1 })
    const [event] = await apps.world.rows<{ org_id: string; project_id: string }>(
      `select org_id, project_id from app_platform.outbox where type = 'appplatform.app_created' order by id desc limit 1`,
    )
    const { organizationId, projectId } = apps.world.scope('p')
    expect(event).toEqual({ org_id: organizationId, project_id: projectId })
  })

  test('refuses a name that the project has, and leaves neither audit row nor event', async () => {
    await apps.createApp('a-owner', 'p', 'taken')
    const before = await apps.traces()
    expect(await create('a-owner', 'p', 'taken')).toMatchObject({
      data: { createApp: { app: null, userErrors: [{ code: 'NAME_TAKEN', field: ['name'] }] } },
    })
    expect(await create('a-owner', 'p', 'Not a name')).toMatchObject({
      data: { createApp: { app: null, userErrors: [{ code: 'NAME_INVALID', field: ['name'] }] } },
    })
    expect(await apps.traces()).toEqual(before)
    expect(await create('a-owner', 'q', 'taken')).toMatchObject({ data: { createApp: { userErrors: [] } } })
  })

  test('of several at once with one name makes one', async () => {
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => create('a-owner', 'p', 'contested')))
    const codes = outcomes.map(({ data }) => JSON.stringify(data).includes('NAME_TAKEN'))
    expect(codes.filter((taken) => !taken)).toHaveLength(1)
  })

  test('is denied to strangers, and to members who lack the capability', async () => {
    expect(await create('b-owner', 'p', 'foreign')).toEqual(denied('createApp', 'PROJECT_ACCESS_DENIED'))
    expect(await create('a-viewer', 'p', 'viewed')).toEqual(denied('createApp', 'CAPABILITY_REQUIRED'))
    expect(await create(NOBODY, 'p', 'anonymous')).toEqual(denied('createApp', 'UNAUTHENTICATED'))
  })
})

describe('an app', () => {
  const READ = `query ($id: ID!) { app(id: $id) { id name project { id } } }`
  const ENTITY = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on App { name } } }`

  test('is read by the members of its project, with the project that it names', async () => {
    const { appId } = await apps.createApp('a-owner', 'p', 'read')
    const app = { id: appId, name: 'read', project: { id: apps.world.projectId('p') } }
    expect(await apps.ask('a-viewer', READ, { id: appId })).toEqual({ data: { app }, errors: [] })
  })

  test('is denied to others as one that never was (R7)', async () => {
    const { appId } = await apps.createApp('a-owner', 'p', 'hidden')
    const never = ownedId('app', systemIds.next(), systemIds.next()).text
    for (const id of [appId, never]) {
      expect(await apps.ask('b-owner', READ, { id })).toEqual(denied('app', 'PROJECT_ACCESS_DENIED'))
    }
    const of = [{ __typename: 'App', id: appId }]
    expect(await apps.ask('b-owner', ENTITY, { of })).toEqual({
      data: { _entities: [null] },
      errors: [{ path: '_entities.0', code: 'PROJECT_ACCESS_DENIED' }],
    })
    expect(await apps.ask('a-viewer', ENTITY, { of })).toMatchObject({ data: { _entities: [{ name: 'hidden' }] } })
  })

  test('is not found under a project that its id was forged to name', async () => {
    const { appId } = await apps.createApp('a-owner', 'p', 'forged')
    const parsed = parseId('app', appId)
    const local = parsed.ok ? parsed.value.local : systemIds.next()
    const forged = ownedId('app', apps.world.scope('r').projectId, local).text
    expect(forged).not.toBe(appId)
    expect(await apps.ask('b-owner', READ, { id: forged })).toEqual({ data: { app: null }, errors: [] })
  })

  test('is asked for by an app’s id alone', async () => {
    const { production } = await apps.createApp('a-owner', 'p', 'kinds')
    expect(await apps.ask('a-owner', READ, { id: production })).toMatchObject({ errors: [{ code: 'INVALID_ID' }] })
    expect(await apps.ask('a-owner', READ, { id: 'nonsense' })).toMatchObject({ errors: [{ code: 'INVALID_ID' }] })
  })
})

describe('Project.apps', () => {
  const LIST = `query ($of: [_Any!]!, $first: Int, $after: String, $last: Int, $before: String) {
    _entities(representations: $of) {
      ... on Project {
        apps(first: $first, after: $after, last: $last, before: $before) {
          edges { cursor node { name } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }
    }
  }`

  interface Page {
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly name: string } }[]
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
  }

  const list = async (member: string, projects: readonly string[], page: Record<string, unknown> = {}) => {
    const of = projects.map((project) => ({ __typename: 'Project', id: apps.world.projectId(project) }))
    const { data, errors } = await apps.ask(member, LIST, { of, ...page })
    const { _entities: found } = data as { _entities: ({ apps: Page | null } | null)[] } // as LIST asks
    return { pages: found.map((project) => project?.apps ?? undefined), errors }
  }
  const namesOf = (page: Page | undefined) => page?.edges.map(({ node }) => node.name)

  test('is walked by age in both directions, without gap or repetition', async () => {
    const names = Array.from({ length: 5 }, (_, at) => `walked-${String(at)}`)
    for (const name of names) await apps.createApp('b-owner', 'r', name)
    const first = (await list('b-viewer', ['r'], { first: 2 })).pages[0]
    const second = (await list('b-viewer', ['r'], { first: 2, after: first?.pageInfo.endCursor })).pages[0]
    const third = (await list('b-viewer', ['r'], { first: 2, after: second?.pageInfo.endCursor })).pages[0]
    expect([first, second, third].flatMap((page) => namesOf(page))).toEqual(names)
    expect([first, second, third].map((page) => page?.pageInfo.hasNextPage)).toEqual([true, true, false])
    const back = (await list('b-viewer', ['r'], { last: 2, before: third?.edges[0]?.cursor })).pages[0]
    expect(namesOf(back)).toEqual(names.slice(2, 4))
  })

  test('of several projects is read at once, each its own', async () => {
    await apps.createApp('a-owner', 'p', 'of-p')
    await apps.createApp('a-owner', 'q', 'of-q')
    const { pages, errors } = await list('a-viewer', ['p', 'q'], { first: 100 })
    expect(errors).toEqual([])
    expect(namesOf(pages[0])).toContain('of-p')
    expect(namesOf(pages[0])).not.toContain('of-q')
    expect(namesOf(pages[1])).toContain('of-q')
    expect(namesOf(pages[1])).not.toContain('of-p')
  })

  test('of a foreign project is denied, and the others are answered', async () => {
    const { pages, errors } = await list('a-viewer', ['r', 'p'])
    expect(pages[0]).toBeUndefined()
    expect(pages[1]?.edges.length).toBeGreaterThan(0)
    expect(errors).toEqual([{ path: '_entities.0', code: 'PROJECT_ACCESS_DENIED' }])
  })

  test('refuses more than 100, and cursors of other lists', async () => {
    expect((await list('a-viewer', ['p'], { first: 101 })).errors).toMatchObject([{ code: 'INVALID_INPUT' }])
    expect((await list('a-viewer', ['p'], { after: 'AAAA' })).errors).toMatchObject([{ code: 'INVALID_CURSOR' }])
  })
})
