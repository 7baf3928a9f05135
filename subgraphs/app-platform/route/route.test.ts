import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { CREATE_ROUTE, runningApps, type RunningApps } from '../testkit/running-apps.ts'

let apps: RunningApps
let ours: string
let theirs: string

beforeAll(async () => {
  apps = await runningApps()
  ours = (await apps.createApp('a-owner', 'p', 'app')).production
  theirs = (await apps.createApp('b-owner', 'r', 'app')).production
})

afterAll(() => apps.world.end())

const create = (member: string, environmentId: string, hostname: string, input: Record<string, unknown> = {}) =>
  apps.ask(member, CREATE_ROUTE, {
    input: { environmentId, hostname, endpoint: 'http:8080', authMode: 'OIDC', routeFamily: 'BROWSER_APP', ...input },
  })

const TAKEN = {
  data: {
    createRoute: {
      route: null,
      userErrors: [{ code: 'HOSTNAME_TAKEN', field: ['hostname'], message: 'The hostname is taken.' }],
    },
  },
  errors: [],
}

describe('createRoute', () => {
  test('binds the hostname in its one form, audited (R50)', async () => {
    const before = await apps.traces()
    expect(
      await create('a-developer', ours, 'Bücher.Example.', { routeFamily: 'API_APP', authMode: 'API_KEY' }),
    ).toMatchObject({
      data: {
        createRoute: {
          route: {
            hostname: 'xn--bcher-kva.example',
            endpoint: 'http:8080',
            authMode: 'API_KEY',
            routeFamily: 'API_APP',
            proxyPool: 'shared',
            version: 1,
            environment: { id: ours },
          },
          userErrors: [],
        },
      },
      errors: [],
    })
    expect((await apps.traces()).audit).toBe(before.audit + 1)
    const [row] = await apps.world.rows<{ details: unknown }>(
      `select details from app_platform.audit_log where action = 'app-platform.route.create' order by id desc limit 1`,
    )
    expect(row).toEqual({ details: { hostname: 'xn--bcher-kva.example' } })
  })

  test('refuses a hostname that another organization has, and tells nothing of it (R50)', async () => {
    await create('a-owner', ours, 'mine.example')
    const before = await apps.traces()
    for (const variant of ['mine.example', 'MINE.example', 'mine.example.', 'ｍine.example', 'mine。example']) {
      expect(await create('b-owner', theirs, variant)).toEqual(TAKEN)
    }
    expect(await create('a-owner', ours, 'Mine.Example')).toEqual(TAKEN)
    expect(await apps.traces()).toEqual(before)
  })

  test('gives a hostname to one of two organizations that race for it in all of its spellings (R50)', async () => {
    for (let round = 0; round < 5; round += 1) {
      const name = `bücher-${String(round)}`
      const spellings = [`${name}.example`, `${name.toUpperCase()}.EXAMPLE.`, `${name.normalize('NFD')}.example`]
      const outcomes = await Promise.all(
        spellings.flatMap((spelling) => [create('a-owner', ours, spelling), create('b-owner', theirs, spelling)]),
      )
      const losers = outcomes.filter(({ data }) => JSON.stringify(data) === JSON.stringify(TAKEN.data))
      expect(outcomes.flatMap(({ errors }) => errors)).toEqual([])
      expect(losers).toHaveLength(outcomes.length - 1)
    }
  })

  test.each([
    ['HOSTNAME_INVALID', 'hostname', { hostname: 'localhost' }],
    ['HOSTNAME_INVALID', 'hostname', { hostname: 'a.example:443' }],
    ['WILDCARD_REFUSED', 'hostname', { hostname: '*.example.com' }],
    ['ENDPOINT_INVALID', 'endpoint', { endpoint: '10.0.0.1:80' }],
    ['ROUTE_FAMILY_RESERVED', 'routeFamily', { routeFamily: 'PLATFORM_ADMIN' }],
    ['AUTH_MODE_INVALID', 'authMode', { routeFamily: 'TERMINAL_WS', authMode: 'PUBLIC' }],
  ])('refuses with %s at %s, and leaves nothing behind', async (code, field, input) => {
    const before = await apps.traces()
    expect(await create('a-owner', ours, 'refused.example', input)).toMatchObject({
      data: { createRoute: { route: null, userErrors: [{ code, field: [field] }] } },
      errors: [],
    })
    expect(await apps.traces()).toEqual(before)
  })

  test('refuses environments that the project does not have, whoever has the hostname (R14)', async () => {
    await create('a-owner', ours, 'held.example')
    const missing = ownedId('env', apps.world.scope('p').projectId, systemIds.next()).text
    for (const hostname of ['held.example', 'free.example']) {
      expect(await create('a-owner', missing, hostname)).toMatchObject({
        data: {
          createRoute: { route: null, userErrors: [{ code: 'ENVIRONMENT_NOT_FOUND', field: ['environmentId'] }] },
        },
        errors: [],
      })
    }
  })

  test('is denied to strangers and viewers, and takes nothing', async () => {
    for (const [member, code] of [
      ['b-owner', 'PROJECT_ACCESS_DENIED'],
      ['a-viewer', 'CAPABILITY_REQUIRED'],
    ] as const) {
      expect((await create(member, ours, 'denied.example')).errors).toEqual([{ path: 'createRoute', code }])
    }
    expect(await create('b-owner', theirs, 'denied.example')).toMatchObject({
      data: { createRoute: { userErrors: [] } },
    })
  })
})

describe('routes', () => {
  const OF_ENVIRONMENT = 'query ($id: ID!) { environment(id: $id) { routes { edges { node { hostname } } } } }'
  const OF_PROJECT = `query ($of: [_Any!]!) {
    _entities(representations: $of) { ... on Project { routes { edges { node { hostname environment { name } } } } } }
  }`

  test('are those of one environment, or of all of the project (R14)', async () => {
    const one = await apps.createApp('a-owner', 'q', 'one')
    const other = await apps.createApp('a-owner', 'q', 'other')
    await create('a-owner', one.production, 'one.example')
    await create('a-owner', other.production, 'other.example')
    expect((await apps.ask('a-viewer', OF_ENVIRONMENT, { id: one.production })).data).toEqual({
      environment: { routes: { edges: [{ node: { hostname: 'one.example' } }] } },
    })
    const of = [{ __typename: 'Project', id: apps.world.projectId('q') }]
    const environment = { name: 'production' }
    expect((await apps.ask('a-viewer', OF_PROJECT, { of })).data).toEqual({
      _entities: [
        {
          routes: {
            edges: [
              { node: { hostname: 'one.example', environment } },
              { node: { hostname: 'other.example', environment } },
            ],
          },
        },
      ],
    })
    expect(await apps.ask('b-owner', OF_PROJECT, { of })).toEqual({
      data: { _entities: [null] },
      errors: [{ path: '_entities.0', code: 'PROJECT_ACCESS_DENIED' }],
    })
  })
})
