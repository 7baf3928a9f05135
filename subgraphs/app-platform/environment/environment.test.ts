import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId, parseId } from '../../../platform/ids/id.ts'
import { textAt } from '../../../test/testkit/hosted-subgraph.ts'
import { DEPLOY, runningApps, type RunningApps } from '../testkit/running-apps.ts'

const CREATE = `mutation ($input: CreateEnvironmentInput!) {
  createEnvironment(input: $input) { environment { id name app { id } } userErrors { code field } }
}`

let apps: RunningApps
let appId: string
let production: string
let names = 0

beforeAll(async () => {
  apps = await runningApps()
})

afterAll(() => apps.world.end())

beforeEach(async () => {
  const made = await apps.createApp('a-owner', 'p', `app-${String((names += 1))}`)
  appId = made.appId
  production = made.production
})

const create = (member: string, ofApp: string, name: string) =>
  apps.ask(member, CREATE, { input: { appId: ofApp, name } })
const deploy = (member: string, environmentId: string, releaseId: string) =>
  apps.ask(member, DEPLOY, { input: { environmentId, releaseId } })
const local = (prefix: 'app' | 'env' | 'rel', id: string) => {
  const parsed = parseId(prefix, id)
  if (!parsed.ok) throw new Error(`${id} is no ${prefix}`)
  return parsed.value.local
}

describe('createEnvironment', () => {
  test('makes a further environment of the app, with an audit row', async () => {
    const before = await apps.traces()
    expect(await create('a-developer', appId, 'staging')).toMatchObject({
      data: { createEnvironment: { environment: { name: 'staging', app: { id: appId } }, userErrors: [] } },
    })
    expect((await apps.traces()).audit).toBe(before.audit + 1)
  })

  test('refuses names that are taken or none, and apps that are not there', async () => {
    const before = await apps.traces()
    const elsewhere = ownedId('app', apps.world.scope('p').projectId, systemIds.next()).text
    const sibling = ownedId('app', apps.world.scope('q').projectId, local('app', appId)).text
    for (const [ofApp, name, code, field] of [
      [appId, 'production', 'NAME_TAKEN', 'name'],
      [appId, 'Staging', 'NAME_INVALID', 'name'],
      [elsewhere, 'staging', 'APP_NOT_FOUND', 'appId'],
      [sibling, 'staging', 'APP_NOT_FOUND', 'appId'],
    ] as const) {
      expect(await create('a-owner', ofApp, name)).toEqual({
        data: { createEnvironment: { environment: null, userErrors: [{ code, field: [field] }] } },
        errors: [],
      })
    }
    expect(await apps.traces()).toEqual(before)
  })

  test('is denied to strangers and viewers', async () => {
    for (const [member, code] of [
      ['b-owner', 'PROJECT_ACCESS_DENIED'],
      ['a-viewer', 'CAPABILITY_REQUIRED'],
    ] as const) {
      expect((await create(member, appId, 'staging')).errors).toEqual([{ path: 'createEnvironment', code }])
    }
  })
})

describe('deployRelease', () => {
  test('makes the release the current one, with an audit row and an event; a second time nothing happens', async () => {
    const releaseId = await apps.createRelease('a-developer', appId)
    const before = await apps.traces()
    const current = {
      data: { deployRelease: { environment: { id: production, currentRelease: { id: releaseId } }, userErrors: [] } },
      errors: [],
    }
    expect(await deploy('a-developer', production, releaseId)).toEqual(current)
    expect(await apps.traces()).toEqual({ audit: before.audit + 1, outbox: before.outbox + 1 })
    const [event] = await apps.world.rows<{ data: unknown }>(
      `select data from app_platform.outbox where type = 'appplatform.deployment_created' order by id desc limit 1`,
    )
    const data = {
      appId: local('app', appId),
      environmentId: local('env', production),
      releaseId: local('rel', releaseId),
    }
    expect(event).toEqual({ data })
    expect(await deploy('a-developer', production, releaseId)).toEqual(current)
    expect(await apps.traces()).toEqual({ audit: before.audit + 1, outbox: before.outbox + 1 })
  })

  test('of one release by several at once happens once', async () => {
    const releaseId = await apps.createRelease('a-developer', appId)
    const before = await apps.traces()
    await Promise.all(Array.from({ length: 4 }, () => deploy('a-developer', production, releaseId)))
    expect(await apps.traces()).toEqual({ audit: before.audit + 1, outbox: before.outbox + 1 })
  })

  test('never crosses apps or projects (R14), and leaves nothing behind', async () => {
    const sibling = await apps.createApp('a-owner', 'p', `sibling-${String(names)}`)
    const elsewhere = await apps.createApp('a-owner', 'q', `elsewhere-${String(names)}`)
    const foreign = await apps.createApp('b-owner', 'r', `foreign-${String(names)}`)
    const [ofSibling, ofElsewhere, ofForeign] = [
      await apps.createRelease('a-owner', sibling.appId),
      await apps.createRelease('a-owner', elsewhere.appId),
      await apps.createRelease('b-owner', foreign.appId),
    ]
    const forged = ownedId('rel', apps.world.scope('p').projectId, local('rel', ofForeign)).text
    const never = ownedId('rel', systemIds.next(), systemIds.next()).text
    const before = await apps.traces()
    expect(await deploy('a-owner', production, ofSibling)).toMatchObject({
      data: { deployRelease: { environment: null, userErrors: [{ code: 'RELEASE_OF_OTHER_APP' }] } },
    })
    for (const releaseId of [ofElsewhere, ofForeign, forged, never]) {
      expect(await deploy('a-owner', production, releaseId)).toMatchObject({
        data: {
          deployRelease: { environment: null, userErrors: [{ code: 'RELEASE_NOT_FOUND', field: ['releaseId'] }] },
        },
        errors: [],
      })
    }
    expect(await apps.traces()).toEqual(before)
  })

  test('is refused by the table itself for a release of another app (R14)', async () => {
    const sibling = await apps.createApp('a-owner', 'p', `keyed-${String(names)}`)
    const release = local('rel', await apps.createRelease('a-owner', sibling.appId))
    await expect(
      apps.world.rows('update app_platform.environments set current_release_id = $1 where id = $2', [
        release,
        local('env', production),
      ]),
    ).rejects.toThrow('environments_org_id_project_id_app_id_current_release_id_fkey')
  })

  test('finds no environment of another project under a forged id', async () => {
    const releaseId = await apps.createRelease('a-owner', appId)
    const missing = ownedId('env', apps.world.scope('p').projectId, systemIds.next()).text
    expect(await deploy('a-owner', missing, releaseId)).toMatchObject({
      data: { deployRelease: { userErrors: [{ code: 'ENVIRONMENT_NOT_FOUND', field: ['environmentId'] }] } },
    })
  })

  test('is denied to strangers and viewers, and the release stays', async () => {
    const releaseId = await apps.createRelease('a-owner', appId)
    for (const [member, code] of [
      ['b-owner', 'PROJECT_ACCESS_DENIED'],
      ['a-viewer', 'CAPABILITY_REQUIRED'],
    ] as const) {
      expect((await deploy(member, production, releaseId)).errors).toEqual([{ path: 'deployRelease', code }])
    }
    const read = await apps.ask(
      'a-viewer',
      'query ($id: ID!) { environment(id: $id) { name currentRelease { id } } }',
      {
        id: production,
      },
    )
    expect(read.data).toEqual({ environment: { name: 'production', currentRelease: null } })
  })
})

test('App.environments of several apps at once are each app’s own, and a cursor of one is none of the other', async () => {
  const other = await apps.createApp('a-owner', 'p', `other-${String(names)}`)
  for (const name of ['staging', 'testing']) await create('a-owner', appId, name)
  const LIST = `query ($one: ID!, $other: ID!, $after: String) {
    one: app(id: $one) { environments(first: 2) { edges { node { name } } pageInfo { endCursor } } }
    other: app(id: $other) { environments(first: 2, after: $after) { edges { node { name } } } }
  }`
  const listed = await apps.ask('a-viewer', LIST, { one: appId, other: other.appId })
  expect(listed.data).toMatchObject({
    one: { environments: { edges: [{ node: { name: 'production' } }, { node: { name: 'staging' } }] } },
    other: { environments: { edges: [{ node: { name: 'production' } }] } },
  })
  const after = textAt(listed, 'one.environments.pageInfo.endCursor')
  const next = await apps.ask('a-viewer', LIST, { one: appId, other: other.appId, after })
  expect(next.errors).toEqual([{ path: 'other.environments', code: 'INVALID_CURSOR' }])
})
