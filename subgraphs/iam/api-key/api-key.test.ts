import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { SERVICE_ACCOUNT_CAPABILITIES } from '../../../directives/capabilities.ts'
import { parseApiKey } from '../../../platform/access/api-key.ts'
import { createApiKeys } from '../../../platform/access/api-keys.ts'
import type { AffectedPrincipals } from '../../../platform/access/grant-cache.ts'
import { openPool } from '../../../platform/database/pool.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { hostedSubgraph, textAt, type Ask } from '../../../test/testkit/hosted-subgraph.ts'
import { WORLD_PEPPERS } from '../../../test/testkit/world-account.ts'
import { world, type World } from '../../../test/testkit/world.ts'
import { iam } from '../index.ts'

let tenants: World
let ask: Ask
let askWithOneFactor: Ask
const announced: AffectedPrincipals[] = []

beforeAll(async () => {
  tenants = await world()
    .organization('a')
    .member('owner', 'owner')
    .project('p')
    .member('dev', 'developer')
    .member('viewer', 'viewer')
    .serviceAccount('bot', [...SERVICE_ACCOUNT_CAPABILITIES])
    .project('q')
    .serviceAccount('other', ['PROJECT_READ'])
    .build()
  ask = hostedSubgraph(tenants, iam, 'iam', { factors: 'multi', announced })
  askWithOneFactor = hostedSubgraph(tenants, iam, 'iam')
}, 60_000)

afterAll(() => tenants.end())

const CREATE_ACCOUNT = `mutation ($input: CreateServiceAccountInput!) {
  createServiceAccount(input: $input) { serviceAccount { id } userErrors { code } }
}`
const CREATE = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    apiKey { id prefix lastFour state capabilities createdBy } secret userErrors { code field }
  }
}`
const ROTATE = `mutation ($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) {
    apiKey { id state capabilities } secret previous { id state overlapEndsAt } userErrors { code field }
  }
}`
const REVOKE = `mutation ($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) { apiKey { id state } userErrors { code } }
}`
const KEYS = `query ($id: ID!) {
  project(id: $id) { serviceAccounts(first: 100) { edges { node { id apiKeys { edges { node { id state lastFour } } } } } } }
}`

let accounts = 0
const account = async (): Promise<string> => {
  const input = { projectId: tenants.projectId('p'), name: `account ${String((accounts += 1))}` }
  return textAt(await ask('owner', CREATE_ACCOUNT, { input }), 'createServiceAccount.serviceAccount.id')
}

const made = async (member = 'owner', capabilities = ['PROJECT_READ'], more: object = {}) => {
  const serviceAccountId = await account()
  const outcome = await ask(member, CREATE, { input: { serviceAccountId, capabilities, ...more } })
  return { serviceAccountId, outcome, id: () => textAt(outcome, 'createApiKey.apiKey.id') }
}

const codes = (outcome: { readonly data: unknown }): readonly string[] =>
  [...JSON.stringify(outcome.data).matchAll(/"code":"(\w+)"/g)].map(([, code = '']) => code)

/** Whom a key's text lets in now. */
const lets = async (text: string) => {
  const pool = openPool({ url: tenants.urlOf('access'), poolSize: 1, applicationName: 'gpuaas-test' })
  const grants = { onDropped: () => () => undefined }
  try {
    return await createApiKeys({ pool, peppers: WORLD_PEPPERS, grants, clock: tenants.clock }).authenticate(text)
  } finally {
    await pool.end()
  }
}

describe('a key', () => {
  test('R19: is shown once and lets in; the database holds a hash of it, and a list never shows it again', async () => {
    const { outcome, serviceAccountId, id } = await made('dev', ['PROJECT_READ', 'APP_READ', 'APP_READ'])
    const secret = textAt(outcome, 'createApiKey.secret')
    expect(outcome).toMatchObject({
      errors: [],
      data: {
        createApiKey: {
          apiKey: { state: 'ACTIVE', capabilities: ['APP_READ', 'PROJECT_READ'], createdBy: tenants.userId('dev') },
          userErrors: [],
        },
      },
    })
    expect(secret.startsWith(textAt(outcome, 'createApiKey.apiKey.prefix'))).toBe(true)
    expect(secret.endsWith(textAt(outcome, 'createApiKey.apiKey.lastFour'))).toBe(true)
    expect((await lets(secret))?.principal).toEqual({
      kind: 'service-account',
      serviceAccountId,
      apiKeyId: id(),
      capabilities: ['APP_READ', 'PROJECT_READ'],
    })

    const parts = parseApiKey(secret)
    const stored = JSON.stringify(
      await tenants.rows(`select to_jsonb(k) || jsonb_build_object('audit', (select jsonb_agg(to_jsonb(l)) from iam.audit_log l),
        'outbox', (select jsonb_agg(to_jsonb(o)) from iam.outbox o)) as row from iam.api_keys k`),
    )
    for (const canary of [secret, secret.slice(27), Buffer.from(parts?.secret ?? []).toString('hex')]) {
      expect(canary.length).toBeGreaterThan(30)
      expect(stored).not.toContain(canary)
    }
    const listed = await ask('owner', KEYS, { id: tenants.projectId('p') })
    expect(JSON.stringify(listed.data)).toContain(id())
    expect(JSON.stringify(listed.data)).not.toContain(secret.slice(27, -4))
  })

  test.each([
    ['owner', [], {}, 'CAPABILITIES_EMPTY'],
    ['owner', ['API_KEY_CREATE'], {}, 'CAPABILITY_NOT_GRANTABLE'],
    ['owner', ['PROJECT_READ', 'MEMBERSHIP_ADD'], {}, 'CAPABILITY_NOT_GRANTABLE'],
    ['dev', ['STORAGE_GRANT_CREATE'], {}, 'CAPABILITY_NOT_HELD'],
    ['owner', ['PROJECT_READ'], { expiresAt: '2020-01-01T00:00:00Z' }, 'EXPIRY_INVALID'],
    ['owner', ['PROJECT_READ'], { expiresAt: '2999-01-01T00:00:00Z' }, 'EXPIRY_INVALID'],
  ])('of %s with %j and %j is refused with %s, and leaves nothing behind', async (member, capabilities, more, code) => {
    const before = await tenants.rows('select count(*) from iam.api_keys')
    const { outcome } = await made(member, capabilities, more)
    expect([codes(outcome), outcome.errors]).toEqual([[code], []])
    expect(await tenants.rows('select count(*) from iam.api_keys')).toEqual(before)
  })

  test('R19: is made by people with a fresh second factor who may, and by no program', async () => {
    const serviceAccountId = await account()
    const input = { serviceAccountId, capabilities: ['PROJECT_READ'] }
    expect((await askWithOneFactor('owner', CREATE, { input })).errors).toEqual([
      { path: 'createApiKey', code: 'MFA_REQUIRED' },
    ])
    for (const member of ['viewer', 'bot']) {
      expect((await ask(member, CREATE, { input })).errors).toEqual([
        { path: 'createApiKey', code: 'CAPABILITY_REQUIRED' },
      ])
    }
    expect((await ask('other', CREATE, { input })).errors).toEqual([
      { path: 'createApiKey', code: 'PROJECT_ACCESS_DENIED' },
    ])
  })

  test('has at most nine siblings that live, however many are asked for at once', async () => {
    const serviceAccountId = await account()
    const input = { serviceAccountId, capabilities: ['PROJECT_READ'] }
    const outcomes = await Promise.all(Array.from({ length: 13 }, () => ask('owner', CREATE, { input })))
    expect(outcomes.flatMap(codes)).toEqual(['LIMIT_REACHED', 'LIMIT_REACHED', 'LIMIT_REACHED'])
  })

  test('R19: that is rotated lets in next to its successor until the overlap ends', async () => {
    const { outcome, id } = await made()
    const input = { apiKeyId: id(), overlapSeconds: 60 }
    const rotated = await ask('owner', ROTATE, { input })
    expect(rotated.data).toMatchObject({
      rotateApiKey: {
        apiKey: { state: 'ACTIVE', capabilities: ['PROJECT_READ'] },
        previous: { id: id(), state: 'ROTATING' },
        userErrors: [],
      },
    })
    const [old, successor] = [textAt(outcome, 'createApiKey.secret'), textAt(rotated, 'rotateApiKey.secret')]
    expect([await lets(old), await lets(successor)]).toEqual([expect.anything(), expect.anything()])
    expect((await lets(old))?.expiresAt).toEqual(new Date(tenants.clock.now().getTime() + 60_000))
    expect(codes(await ask('owner', ROTATE, { input }))).toEqual(['NOT_ACTIVE'])

    await tenants.rows('update iam.api_keys set overlap_ends_at = now() where overlap_ends_at is not null')
    expect([await lets(old), await lets(successor)]).toEqual([undefined, expect.anything()])
  })

  test('is rotated once by many at once, with an overlap of a week at most, and by nobody who lacks what it may', async () => {
    const { id } = await made('owner', ['STORAGE_GRANT_CREATE'])
    const rotate = (member: string, overlapSeconds: number) =>
      ask(member, ROTATE, { input: { apiKeyId: id(), overlapSeconds } })
    expect(codes(await rotate('owner', -1))).toEqual(['OVERLAP_INVALID'])
    expect(codes(await rotate('owner', 604_801))).toEqual(['OVERLAP_INVALID'])
    expect(codes(await rotate('dev', 0))).toEqual(['CAPABILITY_NOT_HELD'])
    const many = await Promise.all(Array.from({ length: 6 }, () => rotate('owner', 0)))
    expect(many.flatMap(codes)).toEqual(Array.from({ length: 5 }, () => 'NOT_ACTIVE'))
  })

  test('R19: that is revoked lets nobody in from then on, and every process hears of it', async () => {
    const { outcome, serviceAccountId, id } = await made()
    expect(await lets(textAt(outcome, 'createApiKey.secret'))).toBeDefined()
    announced.length = 0
    expect((await ask('owner', REVOKE, { input: { apiKeyId: id() } })).data).toEqual({
      revokeApiKey: { apiKey: { id: id(), state: 'REVOKED' }, userErrors: [] },
    })
    expect(announced).toEqual([[`service-account:${serviceAccountId}:${id()}`]])
    expect(await lets(textAt(outcome, 'createApiKey.secret'))).toBeUndefined()
    expect(codes(await ask('owner', REVOKE, { input: { apiKeyId: id() } }))).toEqual(['ALREADY_REVOKED'])
  })

  test('of another project, under an id that claims this one, is not found', async () => {
    const [theirs] = await tenants.rows<{ id: string }>(
      `select k.id from iam.api_keys k join iam.service_accounts a on a.id = k.service_account_id where a.name = 'other'`,
    )
    const forged = ownedId('key', tenants.scope('p').projectId, uuidColumn(theirs?.id ?? '')).text
    expect(codes(await ask('owner', REVOKE, { input: { apiKeyId: forged } }))).toEqual(['NOT_FOUND'])
    expect(codes(await ask('owner', ROTATE, { input: { apiKeyId: forged } }))).toEqual(['NOT_FOUND'])
  })
})
