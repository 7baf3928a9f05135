import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Client } from 'pg'
import { createCheckpointSigner } from '../../../platform/audit/checkpoint.ts'
import { sealBatch } from '../../../platform/audit/seal-batch.ts'
import { createKeyRing, publicKeys, type KeyRing } from '../../../platform/crypto/key-ring.ts'
import { localKeySet } from '../../../platform/crypto/key-set.ts'
import { selfId, type Uuid } from '../../../platform/ids/id.ts'
import { AUDITED_SCHEMAS, tamper, writeAuditRow } from '../../../test/testkit/audit-rows.ts'
import { hostedSubgraph, type Ask } from '../../../test/testkit/hosted-subgraph.ts'
import { world, type World } from '../../../test/testkit/world.ts'
import { iam } from '../index.ts'

let tenants: World
let owner: Client
let sealing: Client
let ring: KeyRing
let ask: Ask
let organizations: Readonly<Record<'a' | 'b', Uuid>>

beforeAll(async () => {
  tenants = await world()
    .organization('a')
    .member('owner of a', 'owner')
    .project('of a')
    .organization('b')
    .member('owner of b', 'owner')
    .project('of b')
    .build()
  organizations = { a: tenants.scope('of a').organizationId, b: tenants.scope('of b').organizationId }
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

const verified = async (organization: 'a' | 'b'): Promise<unknown> => {
  const document = `query ($id: ID!) { verifyAuditChain(organizationId: $id) { checked firstBroken { sequence } } }`
  const { data } = await ask(`owner of ${organization}`, document, {
    id: selfId('org', organizations[organization]).text,
  })
  return data
}
const intact = (checked: number) => ({ verifyAuditChain: { checked, firstBroken: null } })
const brokenAt = (sequence: number) => ({ verifyAuditChain: { checked: sequence - 1, firstBroken: { sequence } } })

/** On the entry of chain $1 with sequence $2. */
const ENTRY = 'org_id = $1 and sequence = $2'

/** On the row that this entry was sealed from, in whichever schema it is. */
const inEverySchema = (change: (table: string) => string): string => {
  const witness = 'id = (select e.id from audit.entries e where e.org_id = $1 and e.sequence = $2)'
  const changes = AUDITED_SCHEMAS.map((schema) => `${schema} as (${change(`${schema}.audit_log`)} where ${witness})`)
  return `with ${changes.join(', ')} select`
}

const TAMPERINGS: readonly string[] = [
  ...['source', 'action', 'target', 'result', 'actor_kind', 'actor_id', 'correlation_id', 'details'].map(
    (column) => `update audit.entries set ${column} = ${column} || 'x' where ${ENTRY}`,
  ),
  `update audit.entries set code = 'NONE' where ${ENTRY}`,
  `update audit.entries set count = count + 1 where ${ENTRY}`,
  `update audit.entries set project_id = gen_random_uuid() where ${ENTRY}`,
  `update audit.entries set id = gen_random_uuid() where ${ENTRY}`,
  ...['occurred_at', 'sealed_at'].map(
    (column) => `update audit.entries set ${column} = ${column} + interval '1 ms' where ${ENTRY}`,
  ),
  ...['previous_hash', 'hash'].map((column) => `update audit.entries set ${column} = sha256(${column}) where ${ENTRY}`),
  `update audit.entries set sequence = sequence + 1000 where ${ENTRY}`,
  `update audit.entries set org_id = gen_random_uuid() where ${ENTRY}`,
  `delete from audit.entries where ${ENTRY}`,
  'delete from audit.entries where org_id = $1 and sequence >= $2',
  inEverySchema((table) => `update ${table} set actor_id = 'usr_2'`),
  inEverySchema((table) => `delete from ${table}`),
]

/** Tables whose rows the tampering of one run may have left behind. */
const WRITTEN = [
  'audit.entries',
  'audit.checkpoints',
  'audit.unsealed',
  ...AUDITED_SCHEMAS.map((name) => `${name}.audit_log`),
]

/** Rows of two organizations in the order of their writing, how many are sealed at a time, and whose entry is tampered with. */
const historyArbitrary = fc.record({
  rows: fc.array(fc.record({ organization: fc.constantFrom('a', 'b'), schema: fc.constantFrom(...AUDITED_SCHEMAS) }), {
    minLength: 1,
    maxLength: 12,
  }),
  batch: fc.integer({ min: 1, max: 6 }),
  pick: fc.nat(),
})

test('R81: in random histories each change is found at its place, and nowhere else', async () => {
  const run = async (tampering: string, history: typeof historyArbitrary extends fc.Arbitrary<infer T> ? T : never) => {
    const lengths = { a: 0, b: 0 }
    for (const { organization, schema } of history.rows) {
      await writeAuditRow(owner, schema, organizations[organization])
      lengths[organization] += 1
    }
    const parts = { clock: tenants.clock, signer: createCheckpointSigner(ring), batch: history.batch }
    while ((await sealBatch(sealing, parts)) > 0);
    expect(await verified('a')).toEqual(intact(lengths.a))
    expect(await verified('b')).toEqual(intact(lengths.b))

    const [victim, bystander] = lengths.a > 0 ? (['a', 'b'] as const) : (['b', 'a'] as const)
    const sequence = (history.pick % lengths[victim]) + 1
    await tamper(owner, tampering, [organizations[victim], sequence])
    expect({ tampering, found: await verified(victim) }).toEqual({ tampering, found: brokenAt(sequence) })
    expect(await verified(bystander)).toEqual(intact(lengths[bystander]))
  }
  for (const tampering of TAMPERINGS) {
    await fc.assert(
      fc.asyncProperty(historyArbitrary, async (history) => {
        for (const table of WRITTEN) await tamper(owner, `delete from ${table}`)
        await run(tampering, history)
      }),
      { numRuns: 3 },
    )
  }
}, 120_000)
