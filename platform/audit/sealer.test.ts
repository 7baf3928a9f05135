import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Client } from 'pg'
import { AUDITED_SCHEMAS, closeMinutes, tamper, writeAuditRow } from '../../test/testkit/audit-rows.ts'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { until } from '../../test/testkit/until.ts'
import { systemClock } from '../clock/clock.ts'
import { systemIds } from '../ids/generator.ts'
import type { Uuid } from '../ids/id.ts'
import { silentLog } from '../log/log.ts'
import { ENTRY_COLUMNS } from './columns.ts'
import { GENESIS, hashOf, PLATFORM_CHAIN, type SealedEntry } from './entry.ts'
import { startSealer, type Sealer } from './sealer.ts'

const PROGRAM = fileURLToPath(new URL('../../test/testkit/sealer-process.ts', import.meta.url))

describe('the sealer (R81)', () => {
  let database: TestDatabase
  let owner: Client
  let organization: Uuid
  const sealers: Sealer[] = []
  const processes: ChildProcess[] = []

  const spawnSealer = (step: string): ChildProcess => {
    const child = spawn(process.execPath, [PROGRAM, database.urlOf('sealer'), step], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    processes.push(child)
    return child
  }
  const startSealerHere = (onLead: () => void = () => undefined): void => {
    const metrics = {
      leads: (leading: boolean) => {
        if (leading) onLead()
      },
      sealed: () => undefined,
    }
    sealers.push(
      startSealer({
        url: database.urlOf('sealer'),
        log: silentLog,
        clock: systemClock,
        signer: undefined,
        standbyMs: 20,
        pollMs: 20,
        batch: 5,
        metrics,
      }),
    )
  }
  const chainOf = async (chain: Uuid = organization): Promise<readonly SealedEntry[]> => {
    const { rows } = await owner.query<SealedEntry>(
      `select ${ENTRY_COLUMNS} from audit.entries where org_id = $1 order by sequence`,
      [chain],
    )
    return rows
  }
  const waiting = async (): Promise<number> => {
    const { rows } = await owner.query<{ waiting: number }>('select count(*)::int as waiting from audit.unsealed')
    return rows[0]?.waiting ?? -1
  }
  const sealed = () => until('everything is sealed', async () => (await waiting()) === 0)
  const expectWhole = (entries: readonly SealedEntry[]) => {
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1))
    expect(entries.map(({ previousHash }) => previousHash)).toEqual([
      GENESIS,
      ...entries.slice(0, -1).map(({ hash }) => hash),
    ])
    expect(entries.map(({ hash }) => hash)).toEqual(entries.map(hashOf))
  }

  beforeAll(async () => {
    database = await createTestDatabase()
    owner = await database.connect('owner')
  })
  beforeEach(async () => {
    organization = systemIds.next()
    await tamper(owner, 'delete from audit.unsealed')
  })
  afterEach(async () => {
    for (const child of processes.splice(0)) child.kill('SIGKILL')
    await Promise.all(sealers.splice(0).map((sealer) => sealer.stop()))
  })
  afterAll(() => database.drop())

  test('seals the rows of every domain, one chain for each organization and one for the platform', async () => {
    const other = systemIds.next()
    const ids: Uuid[] = []
    for (const schema of AUDITED_SCHEMAS) ids.push(await writeAuditRow(owner, schema, organization))
    const others = await writeAuditRow(owner, 'iam', other)
    const platforms = await writeAuditRow(owner, 'notifications', null)
    startSealerHere()
    await sealed()
    const entries = await chainOf()
    expect(entries.map(({ id, source }) => [id, source])).toEqual(ids.map((id, at) => [id, AUDITED_SCHEMAS[at]]))
    expectWhole(entries)
    expect((await chainOf(other)).map(({ sequence, id }) => [sequence, id])).toEqual([[1, others]])
    expect((await chainOf(PLATFORM_CHAIN)).at(-1)?.id).toBe(platforms)
    expectWhole(await chainOf(PLATFORM_CHAIN))
  })

  test('seals a row whose id is older than those already sealed, and none of a transaction that was rolled back', async () => {
    startSealerHere()
    const slow = await database.connect('owner')
    await slow.query('begin')
    const older = await writeAuditRow(slow, 'compute', organization)
    await owner.query('begin')
    await writeAuditRow(owner, 'compute', organization)
    await owner.query('rollback')
    const newer = await writeAuditRow(owner, 'storage', organization)
    await until('the newer one is sealed', async () => (await chainOf()).length === 1)
    await slow.query('commit')
    await until('the older one is sealed', async () => (await chainOf()).length === 2)
    expect((await chainOf()).map(({ id }) => id)).toEqual([newer, older])
    expectWhole(await chainOf())
  })

  test.each(['taken', 'appended', 'signed', 'unmarked'])(
    'killed when it has %s, it seals each row once after the restart',
    async (step) => {
      const ids: Uuid[] = []
      for (let n = 0; n < 7; n += 1) ids.push(await writeAuditRow(owner, 'billing', organization))
      const [, signal] = (await once(spawnSealer(step), 'exit')) as [number | null, string | null] // as Node documents it
      expect(signal).toBe('SIGKILL')
      expect(await waiting()).toBe(7)
      expect(await chainOf()).toEqual([])

      startSealerHere()
      await sealed()
      expect((await chainOf()).map(({ id }) => id)).toEqual(ids)
      expectWhole(await chainOf())
    },
  )

  test('of two one seals, and the other takes over when it is killed', async () => {
    const leader = spawnSealer('never')
    if (leader.stdout === null) throw new Error('the child has no output')
    await once(leader.stdout, 'data')
    let led = false
    startSealerHere(() => (led = true))
    const first = await writeAuditRow(owner, 'iam', organization)
    await sealed()
    expect(led).toBe(false)

    const killed = once(leader, 'exit')
    leader.kill('SIGKILL')
    await killed
    const second = await writeAuditRow(owner, 'iam', organization)
    await sealed()
    expect(led).toBe(true)
    expect((await chainOf()).map(({ id }) => id)).toEqual([first, second])
    expectWhole(await chainOf())
  })

  test('a fold of denials is sealed when its minute is over, and cannot grow any more', async () => {
    const id = systemIds.next()
    const denial = {
      ...{ id, org_id: organization, project_id: null, actor_kind: 'user', actor_id: 'usr_9', count: 3 },
      ...{ coordinate: 'Mutation.x', action: 'x', code: 'CAPABILITY_REQUIRED', correlation_id: 'correlation-9' },
      ...{ first_at: '2026-03-01T12:00:00Z', last_at: '2026-03-01T12:00:09Z' },
    }
    const access = await database.connect('access')
    await access.query('select audit.record_denials($1)', [JSON.stringify([denial])])
    startSealerHere()
    const row = await writeAuditRow(owner, 'iam', organization)
    await until('the row is sealed', async () => (await chainOf()).length === 1)
    expect((await chainOf())[0]?.id).toBe(row)
    expect(await waiting()).toBe(1)

    await closeMinutes(owner)
    await sealed()
    expect((await chainOf())[1]).toMatchObject({
      ...{ id, source: 'denials', result: 'DENIED', code: 'CAPABILITY_REQUIRED', count: '3', target: 'Mutation.x' },
      ...{ occurredAt: '2026-03-01T12:00:00.000Z', details: '{"lastAt": "2026-03-01T12:00:09.000Z"}' },
    })
    await expect(owner.query('update audit.denials set count = count + 1 where id = $1', [id])).rejects.toMatchObject({
      code: '23001',
    })
  })
})
