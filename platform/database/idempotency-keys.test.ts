import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { authorize, systemGrant, type ProjectGrant } from '../access/authorize.ts'
import type { UserPrincipal } from '../access/principal.ts'
import type { ProjectScope } from '../access/scope.ts'
import { keyedCall, runKeyed } from '../idempotency/keyed-call.ts'
import { ShownOnce } from '../idempotency/shown-once.ts'
import { systemIds } from '../ids/generator.ts'
import { ownedId, selfId, type Uuid } from '../ids/id.ts'
import { err, ok, type Result } from '../result/result.ts'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { manualClock } from '../../test/testkit/manual-clock.ts'
import { membership } from '../../test/testkit/serve-subgraph.ts'
import { insertTenants, type Tenants } from '../../test/testkit/tenants.ts'
import { until } from '../../test/testkit/until.ts'
import type { Database, Transaction } from './database.ts'
import { forgetKeys } from './forget-keys.ts'
import { createUnits } from './units.ts'

const DAY = 24 * 3600
const clock = manualClock()
const outcomes: string[] = []
const [ada, ben] = [systemIds.next(), systemIds.next()]

let testDatabase: TestDatabase
let owner: Client
let tenants: Tenants
let database: Database

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  owner = await testDatabase.connect('owner')
  tenants = await insertTenants(owner)
  database = testDatabase.open('storage', { clock, poolSize: 8, onKey: (outcome) => outcomes.push(outcome) })
})
beforeEach(async () => {
  outcomes.length = 0
  for (const table of ['buckets', 'outbox', 'idempotency_keys']) await owner.query(`delete from storage.${table}`)
})
afterAll(() => testDatabase.drop())

const grantOf = (user: Uuid, scope: ProjectScope): ProjectGrant => {
  const principal: UserPrincipal = {
    ...{ kind: 'user', subject: user, sessionId: undefined },
    ...{ authenticatedAt: undefined, assurance: 'single' },
  }
  const grants = membership('developer', [scope], [scope.organizationId], user)
  const capability = 'STORAGE_BUCKET_CREATE'
  const granted = authorize({ principal, grants }, { kind: 'project', capability, projectId: scope.projectId })
  if (!granted.ok) throw new Error(granted.error.code)
  return granted.value
}

interface Made {
  readonly id: ReturnType<typeof ownedId>
  readonly name: string
  readonly at: Date
  readonly bytes: bigint
  readonly note: string | undefined
  readonly places: ReadonlyMap<string, bigint>
  readonly key: ShownOnce<string>
}

const units = (by = database) =>
  createUnits(by, (db: Transaction, scope: ProjectScope) => ({
    insert: async (name: string): Promise<Made> => {
      const id = systemIds.next()
      await db.bucket.createMany({ data: [{ ...scope.columns, id, name, createdAt: clock.now() }] })
      return {
        ...{ id: ownedId('bkt', scope.projectId, id), name, at: clock.now(), bytes: 2n ** 60n, note: undefined },
        ...{ places: new Map([['a', 1n]]), key: new ShownOnce(`key of ${name}`) },
      }
    },
  }))

type Asked = { readonly name?: string; readonly key?: string; readonly by?: Uuid; readonly in?: ProjectScope }

/** Makes a bucket as a mutation does whose caller gave a key; its name is its input. */
const make = (
  { name = 'one', key = 'first try', by = ada, in: scope = tenants.a1 }: Asked = {},
  before: () => Promise<Result<void, 'REFUSED'>> = () => Promise.resolve(ok(undefined)),
  through = database,
) =>
  runKeyed(keyedCall('createBucket', { name }, key), () =>
    units(through).write(grantOf(by, scope), async ({ insert, audit, outbox }): Promise<Result<Made, 'REFUSED'>> => {
      const made = await insert(name)
      const refused = await before()
      if (!refused.ok) return refused
      audit.succeeded('test.bucket', name)
      const { organizationId, projectId } = scope
      outbox.add({ type: 'storage.test', version: 1, owner: { organizationId, projectId }, data: { name } })
      return ok(made)
    }),
  )

const buckets = async () => {
  const { rows } = await owner.query<{ name: string }>('select name from storage.buckets order by name')
  return rows.map(({ name }) => name)
}
const kept = async () => (await owner.query<{ result: string }>('select result from storage.idempotency_keys')).rows
const counts = async () => {
  const { rows } = await owner.query(
    'select (select count(*)::int from storage.audit_log) as audited, (select count(*)::int from storage.outbox) as told',
  )
  return rows[0] as { audited: number; told: number } // one row
}

test('R97: the same again changes nothing, says nothing, and gives what the first gave, but for what is shown once', async () => {
  const first = await make()
  const before = await counts()
  clock.advance(DAY - 1)
  const again = await make()
  expect([first.ok && first.value.key.value, again.ok && again.value.key.value]).toEqual(['key of one', null])
  expect(again).toEqual(first)
  expect(await buckets()).toEqual(['one'])
  expect(await counts()).toEqual(before)
  expect(outcomes).toEqual(['taken', 'replayed'])
})

test('R97: a key with another input, or of another mutation, is refused, and nothing is changed', async () => {
  await make()
  await expect(make({ name: 'two' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  const other = runKeyed(keyedCall('renameBucket', { name: 'one' }, 'first try'), () =>
    units().write(grantOf(ada, tenants.a1), () => Promise.resolve(ok('renamed'))),
  )
  await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  expect(await buckets()).toEqual(['one'])
  expect(outcomes).toEqual(['taken', 'reused', 'reused'])
})

test.each([
  ['behind the policies', () => database],
  ['where no policy helps', () => testDatabase.open('storage', { clock, url: testDatabase.ownerUrl })],
])('R97: a key is its caller’s own, and of the scope that it was used in: %s', async (_, through) => {
  const opened = through()
  const calls: readonly Asked[] = [
    { name: 'of ada' },
    { name: 'of ben', by: ben },
    { name: 'of ada elsewhere', in: tenants.a2 },
    { name: 'of another tenant', in: tenants.b1 },
    { name: 'by another key', key: 'second try' },
  ]
  const first = []
  for (const call of calls) first.push(await make(call, undefined, opened))
  expect(first.map((answer) => answer.ok && answer.value.name)).toEqual(calls.map(({ name }) => name))
  const again = []
  for (const call of calls) again.push(await make(call, undefined, opened))
  expect(again).toEqual(first)
  expect(await buckets()).toHaveLength(calls.length)
})

test('R97: several at once are one: all get what the first made', async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => make()))
  const ids = answers.map((answer) => answer.ok && answer.value.id.text)
  expect(new Set(ids).size).toBe(1)
  expect(answers.filter((answer) => answer.ok && answer.value.key.value !== null)).toHaveLength(1)
  expect(await buckets()).toEqual(['one'])
})

test.each([
  ['is refused', () => Promise.resolve(err('REFUSED' as const))],
  ['fails', () => Promise.reject(new Error('broken'))],
])('R97: a first that %s leaves nothing: who waits for it, and who comes after it, begins', async (_, fate) => {
  let hold: (() => void) | undefined
  const held = new Promise<void>((resolve) => (hold = resolve))
  let isInside = false
  const first = make({}, async () => {
    isInside = true
    await held
    return fate()
  }).catch((fault: unknown) => fault)
  await until('the first has the key', () => isInside)
  const second = make()
  await until('the second waits for it', async () => {
    const { rows } = await owner.query(
      `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%idempotency_keys%'`,
    )
    return rows.length === 1
  })
  hold?.()
  await first
  expect(await second).toMatchObject({ ok: true, value: { name: 'one' } })
  expect(await make()).toEqual(await second)
  expect(await buckets()).toEqual(['one'])
})

test('R97: after 24 hours a key is new, and what expired is forgotten by whoever has no scope', async () => {
  await make({ key: 'old' })
  clock.advance(DAY)
  await make({ name: 'two', key: 'old' })
  expect(await buckets()).toEqual(['one', 'two'])
  for (const key of ['a', 'b', 'c']) await make({ name: key, key, in: tenants.b1 })
  clock.advance(DAY - 1)
  await make({ name: 'young', key: 'young' })
  clock.advance(1)
  await forgetKeys(database, 2)({})
  expect(await kept()).toHaveLength(1)
  await expect(make({ name: 'x', key: 'young' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
})

test('R97: neither key, nor input, nor what is shown once is kept', async () => {
  await make({ name: 'some input', key: 'some key' })
  const { rows } = await owner.query<Record<string, unknown>>('select * from storage.idempotency_keys')
  const textOf = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value))
  const text = rows.flatMap((row) => Object.values(row).map(textOf)).join('\n')
  expect(rows.map(({ input }) => textOf(input)).join('\n')).not.toContain('some input')
  expect(text).toContain('~shownOnce')
  expect(text).toContain(selfId('usr', ada).text)
  expect(text).not.toContain('key of')
  expect(text).not.toContain('some key')
})

test('what the platform does for itself in a mutation is not the caller’s call', async () => {
  const both = runKeyed(keyedCall('createBucket', {}, 'k'), async () => {
    const grant = systemGrant(tenants.a1, 'test')
    await units().write(grant, async ({ insert }) => ok(await insert('one')))
    return units().write(grant, async ({ insert }) => ok(await insert('two')))
  })
  expect(await both).toMatchObject({ ok: true })
  expect(await kept()).toEqual([])
})

test('a mutation that would be done in parts is refused rather than done in part', async () => {
  const parts = runKeyed(keyedCall('createBuckets', {}, 'k'), async () => {
    await units().write(grantOf(ada, tenants.a1), async ({ insert }) => ok(await insert('one')))
    return units().write(grantOf(ada, tenants.a1), async ({ insert }) => ok(await insert('two')))
  })
  await expect(parts).rejects.toThrow('one unit of work')
})
