import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { CREATE_RELEASE, digestOf, runningApps, type RunningApps } from '../testkit/running-apps.ts'

let apps: RunningApps
let appId: string

beforeAll(async () => {
  apps = await runningApps()
  appId = (await apps.createApp('a-owner', 'p', 'app')).appId
})

afterAll(() => apps.world.end())

const IMAGE = `registry.example/team/app@${digestOf('c')}`

const create = (member: string, input: Record<string, unknown>) =>
  apps.ask(member, CREATE_RELEASE, { input: { appId, image: IMAGE, manifestHash: digestOf('d'), ...input } })

describe('createRelease', () => {
  test('pins the image by its digest and carries the registry’s trust metadata (R55)', async () => {
    const before = await apps.traces()
    const input = { signatureStatus: 'VERIFIED', sbomDigest: digestOf('e') }
    expect(await create('a-developer', input)).toMatchObject({
      data: {
        createRelease: {
          release: {
            image: IMAGE,
            manifestHash: digestOf('d'),
            trust: { signatureStatus: 'VERIFIED', sbomDigest: digestOf('e') },
            app: { id: appId },
          },
          userErrors: [],
        },
      },
      errors: [],
    })
    expect(await apps.traces()).toEqual({ audit: before.audit + 1, outbox: before.outbox + 1 })
  })

  test('says that nothing was checked where nothing was said', async () => {
    for (const input of [{}, { signatureStatus: null, sbomDigest: null }]) {
      expect(await create('a-developer', input)).toMatchObject({
        data: { createRelease: { release: { trust: { signatureStatus: 'UNKNOWN', sbomDigest: null } } } },
      })
    }
  })

  test.each([
    ['DIGEST_REQUIRED', 'image', { image: 'registry.example/team/app:latest' }],
    ['DIGEST_REQUIRED', 'image', { image: 'registry.example/team/app' }],
    ['IMAGE_INVALID', 'image', { image: `registry.example/team/app:1@${digestOf('c')}` }],
    ['MANIFEST_HASH_INVALID', 'manifestHash', { manifestHash: 'latest' }],
    ['SBOM_DIGEST_INVALID', 'sbomDigest', { sbomDigest: 'none' }],
  ])('refuses with %s at %s, and leaves nothing behind (R55)', async (code, field, input) => {
    const before = await apps.traces()
    expect(await create('a-developer', input)).toMatchObject({
      data: { createRelease: { release: null, userErrors: [{ code, field: [field] }] } },
      errors: [],
    })
    expect(await apps.traces()).toEqual(before)
  })

  test('refuses an app that the project does not have', async () => {
    const missing = ownedId('app', apps.world.scope('p').projectId, systemIds.next()).text
    expect(await create('a-owner', { appId: missing })).toMatchObject({
      data: { createRelease: { release: null, userErrors: [{ code: 'APP_NOT_FOUND', field: ['appId'] }] } },
    })
  })

  test('is denied to strangers and viewers', async () => {
    expect((await create('b-owner', {})).errors).toEqual([{ path: 'createRelease', code: 'PROJECT_ACCESS_DENIED' }])
    expect((await create('a-viewer', {})).errors).toEqual([{ path: 'createRelease', code: 'CAPABILITY_REQUIRED' }])
  })
})

test('a release never changes: not by the service, and not by the owner of the database (R55)', async () => {
  await apps.createRelease('a-owner', appId)
  const statement = `update app_platform.releases set image_digest = '${digestOf('0')}'`
  await expect(apps.world.rows(statement)).rejects.toThrow('append-only')
  const service = apps.world.open('app_platform')
  const change = service.write(apps.world.scope('p'), (db) => db.release.updateMany({ data: { imageRepository: 'x' } }))
  await expect(change).rejects.toThrow(/permission denied|denied access/)
})

test('App.releases show the newest first, and a stranger none', async () => {
  const { appId: own } = await apps.createApp('a-owner', 'q', 'listed')
  const made = [await apps.createRelease('a-owner', own, '1'), await apps.createRelease('a-owner', own, '2')]
  const LIST = 'query ($id: ID!) { app(id: $id) { releases(first: 5) { edges { node { id } } } } }'
  const { data } = await apps.ask('a-viewer', LIST, { id: own })
  expect(data).toEqual({ app: { releases: { edges: made.toReversed().map((id) => ({ node: { id } })) } } })
  const READ = 'query ($id: ID!) { release(id: $id) { id } }'
  expect(await apps.ask('b-owner', READ, { id: made[0] })).toEqual({
    data: { release: null },
    errors: [{ path: 'release', code: 'PROJECT_ACCESS_DENIED' }],
  })
})
