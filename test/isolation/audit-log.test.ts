import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { createCheckpointSigner } from '../../platform/audit/checkpoint.ts'
import { sealBatch } from '../../platform/audit/seal-batch.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { DATABASE_LOGINS, type DatabaseLogin } from '../../platform/config/logins.ts'
import { createKeyRing } from '../../platform/crypto/key-ring.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { tamper, writeAuditRow } from '../testkit/audit-rows.ts'
import { createTestDatabase, type TestDatabase } from '../testkit/database.ts'
import { catalogueFindings } from './catalogue.ts'

const RESTRICTED = { code: '23001' }
const DENIED = { code: '42501' }

let testDatabase: TestDatabase
let owner: Client
const roles = new Map<DatabaseLogin, Client>()
const [a, b] = [systemIds.next(), systemIds.next()]

const as = (login: DatabaseLogin): Client => {
  const client = roles.get(login)
  if (client === undefined) throw new Error(`${login} is connected before all tests`)
  return client
}

const DENIAL = {
  ...{ actor_kind: 'user', actor_id: 'usr_9', coordinate: 'Mutation.x', action: 'x', code: 'CAPABILITY_REQUIRED' },
  ...{ count: 1, correlation_id: 'correlation-9', first_at: '2026-03-01T12:00:00Z', last_at: '2026-03-01T12:00:09Z' },
}

/** Two organizations with a sealed row each, one that waits each, and a fold of denials. */
beforeAll(async () => {
  testDatabase = await createTestDatabase()
  owner = await testDatabase.connect('owner')
  for (const login of DATABASE_LOGINS) roles.set(login, await testDatabase.connect(login))
  const signer = createCheckpointSigner(await createKeyRing('EdDSA'))
  for (const organization of [a, b]) await writeAuditRow(owner, 'compute', organization)
  await sealBatch(as('sealer'), { clock: systemClock, signer, batch: 10 })
  for (const organization of [a, b]) await writeAuditRow(owner, 'storage', organization)
  const denials = [{ ...DENIAL, id: systemIds.next(), org_id: a, project_id: null }]
  await as('access').query('select audit.record_denials($1)', [JSON.stringify(denials)])
})
afterAll(() => testDatabase.drop())

const KEPT = [
  ['entries', `set action = 'nothing'`],
  ['checkpoints', `set token = 'none'`],
  ['denials', `set code = 'NONE'`],
] as const

describe.each(KEPT)('audit.%s', (table, change) => {
  const CHANGES = [`update audit.${table} ${change}`, `delete from audit.${table}`, `truncate audit.${table}`]

  test('has rows, so that every attempt meets one', async () => {
    const { rows } = await owner.query(`select from audit.${table}`)
    expect(rows.length).toBeGreaterThan(0)
  })

  test.each(DATABASE_LOGINS)('R80: %s can neither update, delete nor truncate', async (login) => {
    for (const statement of CHANGES) await expect(as(login).query(statement)).rejects.toMatchObject(DENIED)
  })

  test('R80: its owner is refused by triggers', async () => {
    for (const statement of CHANGES) await expect(owner.query(statement)).rejects.toMatchObject(RESTRICTED)
  })
})

test.each(DATABASE_LOGINS.filter((login) => login !== 'sealer'))('R80: %s can append to no chain', async (login) => {
  const entry = `insert into audit.entries select (e).* from (select e from audit.entries e) x`
  const checkpoint = `insert into audit.checkpoints values ($1, 99, now(), 'token')`
  await expect(as(login).query(entry)).rejects.toMatchObject(DENIED)
  await expect(as(login).query(checkpoint, [a])).rejects.toMatchObject(DENIED)
})

test.each(DATABASE_LOGINS)('R80: %s can write denials by nothing but the function that folds them', async (login) => {
  const columns = Object.keys(DENIAL).join(', ')
  const insert = `insert into audit.denials (id, minute, ${columns}) select gen_random_uuid(), now(), ${columns} from audit.denials`
  await expect(as(login).query(insert)).rejects.toMatchObject(DENIED)
})

describe('what iam reads of a chain', () => {
  afterEach(() => as('iam').query('reset app.org_ids'))

  const scopeTo = (organization: string) =>
    as('iam').query(`select set_config('app.org_ids', $1, false)`, [`{${organization}}`])

  test.each([
    'select * from audit.waiting($1)',
    'select * from audit.entries where org_id = $1',
    'select * from audit.checkpoints where org_id = $1',
  ])('R1: is the organization in scope, and no other: %s', async (statement) => {
    const found = async (chain: string) => (await as('iam').query(statement, [chain])).rows.length
    await scopeTo(a)
    expect(await found(a)).toBe(statement.includes('waiting') ? 2 : 1)
    expect(await found(b)).toBe(0)
    await as('iam').query('reset app.org_ids')
    expect(await found(a)).toBe(0)
  })

  test('R1: the row that an entry was sealed from, by whatever id it is asked for', async () => {
    const { rows } = await owner.query<{ ids: string[] }>('select array_agg(id) as ids from audit.sources')
    const found = async (chain: string) =>
      (await as('iam').query<{ org_id: string }>('select org_id from audit.sources_of($1, $2)', [chain, rows[0]?.ids]))
        .rows
    await scopeTo(a)
    expect(await found(a)).toEqual([{ org_id: a }, { org_id: a }, { org_id: a }])
    expect(await found(b)).toEqual([])
  })

  test('R1: whether something is missing of it', async () => {
    const organization = systemIds.next()
    await writeAuditRow(owner, 'iam', organization)
    await tamper(owner, 'delete from audit.unsealed where org_id = $1', [organization])
    const missing = 'select audit.never_sealed($1, to_timestamp(0)) as missing'
    await scopeTo(a)
    expect((await as('iam').query(missing, [organization])).rows).toEqual([{ missing: '0' }])
    await scopeTo(organization)
    expect((await as('iam').query(missing, [organization])).rows).toEqual([{ missing: '1' }])
  })
})

/** What breaks a rule, and what the catalogue says of it. */
const DRIFTS: readonly (readonly [sql: string, finding: string])[] = [
  ['grant insert on audit.entries to gpuaas_iam', 'audit.entries: gpuaas_iam may INSERT'],
  ['grant insert (token) on audit.checkpoints to gpuaas_worker', 'audit.checkpoints: gpuaas_worker may INSERT'],
  ['grant insert on audit.denials to gpuaas_access', 'audit.denials: gpuaas_access may INSERT'],
  ['grant update (hash) on audit.entries to gpuaas_sealer', 'audit.entries: gpuaas_sealer may UPDATE'],
  ['grant update on audit.denials to public', 'audit.denials: gpuaas_compute may UPDATE'],
  ['grant delete on audit.checkpoints to gpuaas_sealer', 'audit.checkpoints: gpuaas_sealer may DELETE'],
  ['grant truncate on audit.unsealed to gpuaas_sealer', 'audit.unsealed: gpuaas_sealer may TRUNCATE'],
  ['grant trigger on audit.entries to gpuaas_iam', 'audit.entries: gpuaas_iam may TRIGGER'],
  ['grant select on audit.sources to gpuaas_iam', 'audit.sources: gpuaas_iam may SELECT'],
  ['grant select on audit.denials to gpuaas_access', 'audit.denials: gpuaas_access may SELECT'],
  ['revoke insert on audit.entries from gpuaas_sealer', 'audit.entries: gpuaas_sealer may not INSERT'],
  [
    'grant execute on function audit.record_denials(jsonb) to gpuaas_compute',
    'audit.record_denials(jsonb): gpuaas_compute may call it',
  ],
  ['grant execute on function audit.take(int) to public', 'audit.take(integer): runs with its owner'],
  [
    'grant execute on function audit.waiting(uuid) to gpuaas_billing',
    'audit.waiting(uuid): gpuaas_billing may call it',
  ],
  [
    'revoke execute on function audit.record_denials(jsonb) from gpuaas_access',
    'audit.record_denials: gpuaas_access may not call it',
  ],
  ['alter function audit.waiting(uuid) reset search_path', 'audit.waiting(uuid): runs with its owner'],
  ['alter function audit.take(int) set search_path = public', 'audit.take(integer): runs with a search_path'],
  ['alter table audit.entries disable row level security', 'audit.entries: row-level security is not enabled'],
  ['alter policy tenant on audit.entries using (true)', 'audit.entries: policy tenant lets others than the sealer'],
  ['create policy all_of_it on audit.denials using (true)', 'audit.denials: policy all_of_it lets others'],
  ['drop trigger immutable_rows on audit.entries', 'audit.entries: its rows can be changed'],
  ['alter table audit.checkpoints disable trigger immutable_table', 'audit.checkpoints: its rows can be changed'],
  ['alter table audit.denials enable replica trigger immutable_rows', 'audit.denials: its rows can be changed'],
  [
    `drop trigger immutable_rows on audit.entries; create trigger immutable_rows before update or delete on audit.entries
      for each row when (old.sequence < 5) execute function platform.refuse_change()`,
    'audit.entries: its rows can be changed',
  ],
  ['drop trigger immutable_rows on billing.audit_log', 'billing.audit_log: its rows can be changed'],
  ['drop trigger unsealed on billing.audit_log', 'billing.audit_log: its rows are not sealed'],
  ['drop trigger unsealed on audit.denials', 'audit.denials: its rows are not sealed'],
  ['create table events.audit_log (like iam.audit_log)', 'events.audit_log: its rows are not sealed'],
  [
    `create table events.audit_log (like iam.audit_log); call platform.make_immutable('events.audit_log');
      create trigger unsealed after insert on events.audit_log for each row execute function audit.mark_unsealed('events')`,
    'events.audit_log: its rows are not sealed',
  ],
  ['grant create on schema audit to gpuaas_iam', 'audit: gpuaas_iam may create objects in it'],
]

describe('the catalogue notices', () => {
  test.each(DRIFTS)('R80: %s', async (sql, finding) => {
    await owner.query('begin')
    try {
      await owner.query(sql)
      await expect(catalogueFindings(owner)).resolves.toEqual(
        expect.arrayContaining([expect.stringContaining(finding)]),
      )
    } finally {
      await owner.query('rollback')
    }
  })
})
