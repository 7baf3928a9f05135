import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { Client } from 'pg'
import { createCheckpointSigner } from '../../../platform/audit/checkpoint.ts'
import { PLATFORM_CHAIN } from '../../../platform/audit/entry.ts'
import { sealBatch } from '../../../platform/audit/seal-batch.ts'
import { createKeyRing, publicKeys, type KeyRing } from '../../../platform/crypto/key-ring.ts'
import { localKeySet } from '../../../platform/crypto/key-set.ts'
import { selfId, type Uuid } from '../../../platform/ids/id.ts'
import { tamper, writeAuditRow } from '../../../test/testkit/audit-rows.ts'
import { hostedSubgraph, type Ask } from '../../../test/testkit/hosted-subgraph.ts'
import { world, type World } from '../../../test/testkit/world.ts'
import { iam } from '../index.ts'
import { AuditRepository } from './repository.ts'

/** More than two pages of verification. */
const LENGTH = 1_203

let tenants: World
let owner: Client
let sealing: Client
let ring: KeyRing
let ask: Ask
let organization: Uuid

const sealAll = async (): Promise<void> => {
  const parts = { clock: tenants.clock, signer: createCheckpointSigner(ring), batch: 200 }
  while ((await sealBatch(sealing, parts)) > 0);
}

/** Rows in one statement, by ids in order; of the first organization, or of as many others. */
const writeRows = (chain: string, amount: number) =>
  owner.query(
    `insert into compute.audit_log (id, occurred_at, action, target, result, actor_kind, actor_id, org_id, correlation_id, details)
     select overlay(platform.uuid_at(now())::text placing lpad(to_hex(n), 12, '0') from 25)::uuid, now(), 'compute.thing.change',
       n::text, 'SUCCEEDED', 'user', 'usr_1', ${chain}, 'correlation', '{}' from generate_series(1, $1::int) n`,
    [amount],
  )

beforeAll(async () => {
  tenants = await world().organization('a').member('owner', 'owner').project('p').build()
  organization = tenants.scope('p').organizationId
  owner = new Client({ connectionString: tenants.ownerUrl })
  sealing = new Client({ connectionString: tenants.urlOf('sealer') })
  await Promise.all([owner.connect(), sealing.connect()])
  ring = await createKeyRing('EdDSA')
  const published = publicKeys(ring)
  ask = hostedSubgraph(tenants, iam, 'iam', { checkpointKeys: localKeySet(() => published) })
}, 60_000)
beforeEach(async () => {
  await writeRows(`'${organization}'`, LENGTH)
  await sealAll()
})
afterEach(async () => {
  jest.restoreAllMocks()
  for (const table of ['audit.entries', 'audit.checkpoints', 'audit.unsealed', 'compute.audit_log', 'iam.audit_log'])
    await tamper(owner, `delete from ${table}`)
})
afterAll(async () => {
  await Promise.all([owner.end(), sealing.end()])
  await tenants.end()
})

interface Verification {
  readonly intact: boolean
  readonly checked: number
  readonly nextSequence: number | null
  readonly firstBroken: { readonly sequence: number; readonly reason: string } | null
  readonly lastCheckpoint: { readonly sequence: number } | null
}

const verify = async (section: { readonly from?: number; readonly limit?: number } = {}): Promise<Verification> => {
  const { data, errors } = await ask(
    'owner',
    `query ($id: ID!, $from: Int, $limit: Int) { verifyAuditChain(organizationId: $id, fromSequence: $from, limit: $limit) {
      intact checked nextSequence firstBroken { sequence reason } lastCheckpoint { sequence } } }`,
    { id: selfId('org', organization).text, ...section },
  )
  expect(errors).toEqual([])
  return (data as { readonly verifyAuditChain: Verification }).verifyAuditChain // as the query asks
}

test('R81: a chain of several pages is verified whole, a page at a time', async () => {
  const pages = jest.spyOn(AuditRepository.prototype, 'sealedFrom')
  expect(await verify()).toEqual({
    ...{ intact: true, checked: LENGTH, nextSequence: null, firstBroken: null },
    lastCheckpoint: { sequence: LENGTH },
  })
  expect(pages.mock.calls).toEqual([
    [1, 500],
    [501, 500],
    [1001, 500],
  ])
})

test('R81: a break behind the first page is found, and nothing behind it is read', async () => {
  await tamper(owner, `update audit.entries set actor_id = 'usr_2' where sequence = 733`)
  const pages = jest.spyOn(AuditRepository.prototype, 'sealedFrom')
  expect(await verify()).toMatchObject({
    ...{ intact: false, checked: 732, nextSequence: null },
    firstBroken: { sequence: 733, reason: 'CONTENT_CHANGED' },
  })
  expect(pages).toHaveBeenCalledTimes(2)
})

test('R81: a limit bounds what is read, across pages, and the end is looked at by the section that reaches it', async () => {
  const pages = jest.spyOn(AuditRepository.prototype, 'sealedFrom')
  const tails = jest.spyOn(AuditRepository.prototype, 'tail')
  expect(await verify({ limit: 700 })).toMatchObject({ intact: true, checked: 700, nextSequence: 701 })
  expect(pages.mock.calls).toEqual([
    [1, 500],
    [501, 200],
  ])
  expect(tails).not.toHaveBeenCalled()
  expect(await verify({ from: 701, limit: 503 })).toMatchObject({
    intact: true,
    checked: 503,
    nextSequence: LENGTH + 1,
  })
  expect(tails).not.toHaveBeenCalled()
  expect(await verify({ from: LENGTH + 1, limit: 1 })).toMatchObject({ intact: true, checked: 0, nextSequence: null })
  expect(tails).toHaveBeenCalledTimes(1)
})

test.each([401, 499, 500, 501, LENGTH])('R81: sections of %i cover the chain, each entry once', async (limit) => {
  let checked = 0
  for (let from: number | null = 1; from !== null;) {
    const verification: Verification = await verify({ from, limit })
    expect(verification).toMatchObject({ intact: true, checked: Math.min(limit, LENGTH - checked) })
    checked += verification.checked
    from = verification.nextSequence
  }
  expect(checked).toBe(LENGTH)
})

test('R81: what is sealed while the chain is verified is no missing end, and is verified too', async () => {
  const tails = jest.spyOn(AuditRepository.prototype, 'tail')
  // The sealer comes between the last page and the look at the end.
  tails.mockImplementationOnce(async function (this: AuditRepository, since) {
    await writeAuditRow(owner, 'iam', organization)
    await sealAll()
    return this.tail(since)
  })
  expect(await verify()).toMatchObject({ intact: true, checked: LENGTH + 1, nextSequence: null, firstBroken: null })
})

test("R81: what others wrote is not read to see whether the platform's empty chain is whole", async () => {
  await writeRows('gen_random_uuid()', 5_000)
  await owner.query('analyze compute.audit_log')
  await owner.query('select pg_stat_force_next_flush()') // what was read before is counted no more
  await owner.query('begin')
  const { rows } = await owner.query(`select audit.never_sealed($1, to_timestamp(0)) as missing`, [PLATFORM_CHAIN])
  const { rows: work } = await owner.query<{ read: number }>(
    `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read from pg_stat_xact_user_tables
     where schemaname = 'compute' and relname like 'audit_log%'`,
  )
  await owner.query('commit')
  expect(rows).toEqual([{ missing: '0' }])
  expect(work[0]?.read).toBeLessThan(10)
})
