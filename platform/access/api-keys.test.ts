import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Pool } from 'pg'
import { newApiKeySecret, parseApiKey, printApiKey } from './api-key.ts'
import { createApiKeys, type ApiKeys } from './api-keys.ts'
import type { AffectedPrincipals } from './grant-cache.ts'
import { principalKey } from './principal.ts'
import { openPool } from '../database/pool.ts'
import { systemIds } from '../ids/generator.ts'
import { manualClock, type ManualClock } from '../../test/testkit/manual-clock.ts'
import { WORLD_PEPPERS } from '../../test/testkit/world-account.ts'
import { world, type World } from '../../test/testkit/world.ts'

let tenants: World
let pool: Pool
let clock: ManualClock
let keys: ApiKeys
let dropped: (affected: AffectedPrincipals) => void
let lookUps: number

beforeAll(async () => {
  tenants = await world()
    .organization('a')
    .project('p')
    .serviceAccount('bot', ['PROJECT_READ', 'STORAGE_BUCKET_READ'])
    .serviceAccount('other', ['PROJECT_READ'])
    .build()
  pool = openPool({ url: tenants.urlOf('access'), poolSize: 2, applicationName: 'gpuaas-test' })
}, 60_000)

afterAll(async () => {
  await pool.end()
  await tenants.end()
})

const open = (capacity?: number): ApiKeys =>
  createApiKeys({
    pool: {
      query: ((...args: Parameters<Pool['query']>) => {
        lookUps += 1
        return pool.query(...args)
      }) as Pool['query'], // counts, and passes on
    },
    peppers: WORLD_PEPPERS,
    grants: {
      onDropped: (listener) => {
        dropped = listener
        return () => undefined
      },
    },
    clock,
    ...(capacity !== undefined && { capacity }),
  })

beforeEach(async () => {
  clock = manualClock(new Date())
  lookUps = 0
  keys = open()
  await tenants.rows(
    `update iam.api_keys set revoked_at = null, overlap_ends_at = null, expires_at = now() + interval '30 days'`,
  )
})

const set = (change: string) =>
  tenants.rows(`update iam.api_keys k set ${change} from iam.service_accounts a
    where a.id = k.service_account_id and a.name = 'bot'`)

const bot = () => tenants.key('bot')

describe('an API key', () => {
  test('lets its service account in, with what was chosen at its creation, until it expires', async () => {
    const found = await keys.authenticate(bot())
    expect(found?.principal).toEqual(tenants.principal('bot'))
    expect(found?.expiresAt.getTime()).toBeGreaterThan(clock.now().getTime() + 29 * 86_400_000)
  })

  test.each([
    ['revoked', 'revoked_at = now()'],
    ['expired', `created_at = now() - interval '2 days', expires_at = now() - interval '1 second'`],
    ['rotated, and its overlap is over', `overlap_ends_at = now() - interval '1 second'`],
  ])('that is %s lets nobody in', async (_, change) => {
    await set(change)
    expect(await keys.authenticate(bot())).toBeUndefined()
  })

  test('that is rotated lets in until its overlap ends', async () => {
    await set(`overlap_ends_at = now() + interval '1 hour'`)
    const found = await keys.authenticate(bot())
    expect(found?.expiresAt.getTime()).toBeLessThan(clock.now().getTime() + 2 * 3_600_000)
  })

  test('with another secret, of another key, or of none, lets nobody in after the same look-up', async () => {
    const [own, other] = [parseApiKey(bot()), parseApiKey(tenants.key('other'))]
    if (!own || !other) throw new Error('a world makes keys')
    expect(await keys.authenticate(bot())).toBeDefined() // kept, which must not tell a guess from an unknown key
    lookUps = 0
    const guesses = [
      printApiKey({ keyId: own.keyId, secret: other.secret }),
      printApiKey({ keyId: systemIds.next(), secret: own.secret }),
    ]
    for (const guess of [...guesses, ...guesses]) expect(await keys.authenticate(guess)).toBeUndefined()
    expect(lookUps).toBe(4)
    for (const text of ['gpk_', 'gpk_x', bot().slice(0, -1), `${bot()}0`]) {
      expect(await keys.authenticate(text)).toBeUndefined()
    }
    expect(lookUps).toBe(4)
  })

  test('is looked up once for calls at the same time, and again after five seconds', async () => {
    await Promise.all([keys.authenticate(bot()), keys.authenticate(bot())])
    await keys.authenticate(bot())
    expect(lookUps).toBe(1)
    clock.advance(5)
    await keys.authenticate(bot())
    expect(lookUps).toBe(2)
  })

  test('is forgotten when a change of its grants is announced, and another’s is not', async () => {
    await Promise.all([keys.authenticate(bot()), keys.authenticate(tenants.key('other'))])
    await set('revoked_at = now()')
    dropped([principalKey(tenants.principal('bot'))])
    expect(await keys.authenticate(bot())).toBeUndefined()
    expect(await keys.authenticate(tenants.key('other'))).toBeDefined()
    expect(lookUps).toBe(3)
    dropped('everyone')
    await keys.authenticate(tenants.key('other'))
    expect(lookUps).toBe(4)
  })

  test('that was being looked up while a change was announced is kept for nobody', async () => {
    const before = keys.authenticate(bot())
    dropped([principalKey(tenants.principal('bot'))])
    await before
    await keys.authenticate(bot())
    expect(lookUps).toBe(2)
  })

  test('is remembered among a bounded number, and guesses push none of them out', async () => {
    keys = open(1)
    await keys.authenticate(bot())
    await keys.authenticate(printApiKey({ keyId: systemIds.next(), secret: newApiKeySecret() }))
    await keys.authenticate(bot())
    expect(lookUps).toBe(2)
    await keys.authenticate(tenants.key('other'))
    await keys.authenticate(bot())
    expect(lookUps).toBe(4)
  })
})
