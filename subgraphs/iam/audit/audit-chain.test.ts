import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { createCheckpointSigner } from '../../../platform/audit/checkpoint.ts'
import { ENTRY_COLUMNS } from '../../../platform/audit/columns.ts'
import { hashOf, type SealedEntry } from '../../../platform/audit/entry.ts'
import { sealBatch } from '../../../platform/audit/seal-batch.ts'
import { createKeyRing, publicKeys, type KeyRing } from '../../../platform/crypto/key-ring.ts'
import { localKeySet } from '../../../platform/crypto/key-set.ts'
import { selfId, type Uuid } from '../../../platform/ids/id.ts'
import { tamper, writeAuditRow } from '../../../test/testkit/audit-rows.ts'
import { hostedSubgraph, type Ask } from '../../../test/testkit/hosted-subgraph.ts'
import { world, type World } from '../../../test/testkit/world.ts'
import { iam } from '../index.ts'

let tenants: World
let owner: Client
let sealing: Client
let ring: KeyRing
let ask: Ask
let organization: Uuid
let id: string

beforeAll(async () => {
  tenants = await world().organization('a').member('owner', 'owner').member('dev', 'developer').project('p').build()
  organization = tenants.scope('p').organizationId
  id = selfId('org', organization).text
  owner = new Client({ connectionString: tenants.ownerUrl })
  sealing = new Client({ connectionString: tenants.urlOf('sealer') })
  await Promise.all([owner.connect(), sealing.connect()])
  ring = await createKeyRing('EdDSA')
  const published = publicKeys(ring)
  ask = hostedSubgraph(tenants, iam, 'iam', { checkpointKeys: localKeySet(() => published) })
}, 60_000)

afterAll(async () => {
  await Promise.all([owner.end(), sealing.end()])
  await tenants.end()
})

const sealAll = async (batch: number): Promise<void> => {
  const parts = { clock: tenants.clock, signer: createCheckpointSigner(ring), batch }
  while ((await sealBatch(sealing, parts)) > 0);
}

const TABLES = ['audit.entries', 'audit.checkpoints', 'audit.unsealed', 'compute.audit_log'] as const

/** Nine rows, sealed by three: checkpoints stand at 3, 6 and 9. */
beforeEach(async () => {
  for (let n = 1; n <= 9; n += 1) await writeAuditRow(owner, 'compute', organization, `compute.thing.${String(n)}`)
  await sealAll(3)
})
afterEach(async () => {
  for (const table of TABLES) await tamper(owner, `delete from ${table}`)
})

const VERIFY = `query ($id: ID!, $from: Int, $limit: Int) {
  verifyAuditChain(organizationId: $id, fromSequence: $from, limit: $limit) {
    intact checked nextSequence firstBroken { sequence reason } lastCheckpoint { sequence verified token }
  }
}`

const verify = async (section: { readonly from?: number; readonly limit?: number } = {}) => {
  const { data, errors } = await ask('owner', VERIFY, { id, ...section })
  expect(errors).toEqual([])
  return (data as { verifyAuditChain: Readonly<Record<string, unknown>> }).verifyAuditChain // as the query asks
}

const rechain = async (from: number): Promise<void> => {
  const { rows } = await owner.query<SealedEntry>(`select ${ENTRY_COLUMNS} from audit.entries order by sequence`)
  let previousHash = rows[from - 2]?.hash ?? ''
  for (const entry of rows.slice(from - 1)) {
    const hash = hashOf({ ...entry, previousHash })
    const values = [previousHash, hash, entry.sequence]
    await tamper(
      owner,
      `update audit.entries set previous_hash = decode($1, 'hex'), hash = decode($2, 'hex') where sequence = $3`,
      values,
    )
    previousHash = hash
  }
}

test('R81: an untouched chain is intact, to its end, with its last checkpoint', async () => {
  expect(await verify()).toMatchObject({
    ...{ intact: true, checked: 9, nextSequence: null, firstBroken: null },
    lastCheckpoint: { sequence: 9, verified: true },
  })
})

test('a long chain is verified in sections', async () => {
  expect(await verify({ limit: 4 })).toMatchObject({ intact: true, checked: 4, nextSequence: 5 })
  expect(await verify({ from: 5, limit: 4 })).toMatchObject({ intact: true, checked: 4, nextSequence: 9 })
  expect(await verify({ from: 9, limit: 4 })).toMatchObject({ intact: true, checked: 1, nextSequence: null })
  expect(await verify({ from: 10 })).toMatchObject({ intact: true, checked: 0, nextSequence: null })
  expect(await verify({ from: 12 })).toMatchObject({ firstBroken: { sequence: 11, reason: 'ENTRY_MISSING' } })
})

/** What a superuser without the key may try, and what is said of it. */
const CHANGES: readonly (readonly [what: string, sql: string, sequence: number, reason: string])[] = [
  ['an action', `update audit.entries set action = 'nothing' where sequence = 4`, 4, 'CONTENT_CHANGED'],
  ['an actor', `update audit.entries set actor_id = 'usr_2' where sequence = 1`, 1, 'CONTENT_CHANGED'],
  ['a space in details', `update audit.entries set details = details || ' ' where sequence = 9`, 9, 'CONTENT_CHANGED'],
  [
    'a millisecond',
    `update audit.entries set occurred_at = occurred_at + '1 ms' where sequence = 2`,
    2,
    'CONTENT_CHANGED',
  ],
  ['a time that is none', `update audit.entries set sealed_at = 'infinity' where sequence = 2`, 2, 'CONTENT_CHANGED'],
  ['a hash', `update audit.entries set hash = sha256('x') where sequence = 5`, 5, 'CONTENT_CHANGED'],
  ['a link', `update audit.entries set previous_hash = sha256('x') where sequence = 5`, 5, 'LINK_BROKEN'],
  ['the first entry away', 'delete from audit.entries where sequence = 1', 1, 'ENTRY_MISSING'],
  ['one in the middle away', 'delete from audit.entries where sequence = 5', 5, 'ENTRY_MISSING'],
  ['its place', 'update audit.entries set sequence = 70 where sequence = 7', 7, 'ENTRY_MISSING'],
  ['its organization', 'update audit.entries set org_id = gen_random_uuid() where sequence = 7', 7, 'ENTRY_MISSING'],
  ['the end away', 'delete from audit.entries where sequence >= 8', 8, 'TAIL_MISSING'],
  [
    'the end away, with its checkpoint',
    'delete from audit.entries where sequence >= 7; delete from audit.checkpoints where sequence >= 7',
    ...([7, 'TAIL_MISSING'] as const),
  ],
  ['everything away', 'delete from audit.entries; delete from audit.checkpoints', 1, 'TAIL_MISSING'],
  [
    'the row it came from',
    `update compute.audit_log set actor_id = 'usr_2' where action = 'compute.thing.6'`,
    6,
    'SOURCE_CHANGED',
  ],
  ['a row it came from away', `delete from compute.audit_log where action = 'compute.thing.3'`, 3, 'SOURCE_MISSING'],
  ['a checkpoint', `update audit.checkpoints set token = token || 'x' where sequence = 6`, 6, 'CHECKPOINT_FORGED'],
  [
    'another checkpoint in its place',
    'update audit.checkpoints c set token = (select token from audit.checkpoints where sequence = 3) where sequence = 6',
    ...([6, 'CHECKPOINT_FORGED'] as const),
  ],
]

test.each(CHANGES)(
  'R81: a superuser changes %s, and the first broken sequence is named',
  async (_, sql, sequence, reason) => {
    await tamper(owner, sql)
    expect(await verify()).toMatchObject({
      ...{ intact: false, checked: sequence - 1, nextSequence: null },
      firstBroken: { sequence, reason },
    })
  },
)

describe('a superuser who hashes the chain anew', () => {
  test('R81: is contradicted by the row that it was sealed from', async () => {
    await tamper(owner, `update audit.entries set actor_id = 'usr_2' where sequence = 4`)
    await rechain(4)
    expect(await verify()).toMatchObject({ firstBroken: { sequence: 4, reason: 'SOURCE_CHANGED' } })
  })

  test('R81: and changes that row too is contradicted by the next checkpoint', async () => {
    await tamper(owner, `update audit.entries set actor_id = 'usr_2' where sequence = 4`)
    await tamper(owner, `update compute.audit_log set actor_id = 'usr_2' where action = 'compute.thing.4'`)
    await rechain(4)
    expect(await verify()).toMatchObject({
      firstBroken: { sequence: 6, reason: 'CHECKPOINT_CONTRADICTS' },
      lastCheckpoint: { sequence: 3 },
    })
  })

  test('R81: and signs with a key of their own is not believed', async () => {
    const forger = createCheckpointSigner(await createKeyRing('EdDSA'))
    const { rows } = await owner.query<SealedEntry>(`select ${ENTRY_COLUMNS} from audit.entries where sequence = 6`)
    const [{ chain, sequence, hash } = { chain: organization, sequence: 0, hash: '' }] = rows
    const token = await forger.sign({ chain, sequence, hash, signedAt: '2026-03-01T12:00:00.000Z' })
    await tamper(owner, 'update audit.checkpoints set token = $1 where sequence = 6', [token])
    expect(await verify()).toMatchObject({ firstBroken: { sequence: 6, reason: 'CHECKPOINT_FORGED' } })
  })
})

test('where no key is known, all but the signatures is checked, and that is said', async () => {
  const unaware = hostedSubgraph(tenants, iam, 'iam')
  const { data } = await unaware('owner', VERIFY, { id })
  expect(data).toMatchObject({ verifyAuditChain: { intact: true, lastCheckpoint: { sequence: 9, verified: false } } })
})

test('R81: the chain grows on after a break, and the break stays', async () => {
  await tamper(owner, 'delete from audit.entries where sequence >= 8')
  await writeAuditRow(owner, 'compute', organization)
  await writeAuditRow(owner, 'compute', organization)
  await sealAll(10)
  expect(await verify()).toMatchObject({ firstBroken: { sequence: 8, reason: 'ENTRY_MISSING' } })
})

test('R81: everything gone, checkpoints left: the chain grows on beyond them', async () => {
  await tamper(owner, 'delete from audit.entries; delete from compute.audit_log')
  await writeAuditRow(owner, 'compute', organization)
  await sealAll(10)
  const { rows } = await owner.query('select sequence from audit.entries')
  expect(rows).toEqual([{ sequence: '10' }])
  expect(await verify()).toMatchObject({ firstBroken: { sequence: 1, reason: 'ENTRY_MISSING' } })
})

test('R81: a row that was taken out before it was sealed is missing', async () => {
  await writeAuditRow(owner, 'compute', organization, 'compute.thing.10')
  expect(await verify()).toMatchObject({ intact: true, checked: 9 })
  await tamper(owner, `delete from compute.audit_log where action = 'compute.thing.10'`)
  expect(await verify()).toMatchObject({ firstBroken: { sequence: 10, reason: 'TAIL_MISSING' } })
})

test('a row that is marked anew is not sealed twice', async () => {
  await tamper(owner, `insert into audit.unsealed select id, org_id, source, '-infinity' from audit.sources`)
  await sealAll(3)
  expect(await verify()).toMatchObject({ intact: true, checked: 9 })
})

test.each([
  [{ from: 0 }, 'INVALID_INPUT'],
  [{ limit: 0 }, 'INVALID_INPUT'],
  [{ limit: 50_001 }, 'INVALID_INPUT'],
])('a section out of bounds is refused: %j', async (section, code) => {
  expect(await ask('owner', VERIFY, { id, ...section })).toEqual({
    data: { verifyAuditChain: null },
    errors: [{ path: 'verifyAuditChain', code }],
  })
})

test('only who may read the log may verify it', async () => {
  expect(await ask('dev', VERIFY, { id })).toEqual({
    data: { verifyAuditChain: null },
    errors: [{ path: 'verifyAuditChain', code: 'CAPABILITY_REQUIRED' }],
  })
})
