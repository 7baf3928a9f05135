import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Client, Pool } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../test/testkit/database.ts'
import { manualClock, type ManualClock } from '../../test/testkit/manual-clock.ts'
import { until } from '../../test/testkit/until.ts'
import { openPool } from '../database/pool.ts'
import { userSignedIn } from '../events/catalogue.ts'
import { EVENT_COLUMNS, toEnvelope, type EventRow } from '../events/event-rows.ts'
import { systemIds } from '../ids/generator.ts'
import type { Uuid } from '../ids/id.ts'
import { runWithCorrelation } from '../log/correlation.ts'
import { silentLog } from '../log/log.ts'
import type { UserPrincipal } from './principal.ts'
import { createSignInRecorder, type RunningSignInRecorder, type SignInRecorderParts } from './sign-in-recorder.ts'

let database: TestDatabase
let owner: Client
let pools: readonly [Pool, Pool]
let clock: ManualClock
let userId: Uuid
const recorders: RunningSignInRecorder[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  owner = await database.connect('owner')
  const open = () => openPool({ url: database.urlOf('access'), poolSize: 1, applicationName: 'test' })
  pools = [open(), open()]
})
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await database.drop()
})
beforeEach(async () => {
  clock = manualClock(new Date('2026-03-01T12:00:00Z'))
  userId = systemIds.next()
  await owner.query(
    `insert into iam.users (id, subject, email, display_name, created_at) values ($1, $2, $2, 'Somebody', now())`,
    [userId, subject()],
  )
})
afterEach(async () => {
  await Promise.all(recorders.splice(0).map((recorder) => recorder.stop()))
  await owner.query('delete from iam.outbox')
})

const subject = (): string => `subject-${userId}`
const recorder = (parts: Partial<SignInRecorderParts> = {}): RunningSignInRecorder => {
  const made = createSignInRecorder({ pool: pools[0], clock, ids: systemIds, log: silentLog, retryMs: 10, ...parts })
  recorders.push(made)
  return made
}
const signIn = (sessionId: string | undefined, more: Partial<UserPrincipal> = {}): UserPrincipal => ({
  ...{ kind: 'user', subject: subject(), sessionId, authenticatedAt: clock.now(), assurance: 'single' },
  ...more,
})
/** In one statement for each. */
const seen = async (by: RunningSignInRecorder, ...all: readonly UserPrincipal[]): Promise<void> => {
  for (const who of all) {
    by.record(who)
    await by.flush()
  }
}
const told = async () => {
  const { rows } = await owner.query<EventRow>(`select ${EVENT_COLUMNS} from iam.outbox order by id`)
  return rows.map(toEnvelope).map((event) => ({ ...event, data: userSignedIn.read(event) }))
}
const kept = async (): Promise<number> =>
  (await owner.query('select from iam.sign_ins where subject = $1', [subject()])).rowCount ?? 0

describe('R72: a sign-in', () => {
  test('is told to its user, at the moment at which it was, and as what the request caused that showed it', async () => {
    const by = recorder()
    await seen(by, signIn('first'))
    clock.advance(60)
    const second = signIn('second')
    clock.advance(60)
    await runWithCorrelation({ correlationId: 'correlation-1', causationId: 'cause-1' }, () => seen(by, second))
    expect(await told()).toMatchObject([
      {
        owner: { userId, organizationId: '00000000-0000-0000-0000-000000000000' },
        data: { at: '2026-03-01T12:01:00Z' },
        ...{ occurredAt: '2026-03-01T12:02:00.000Z', correlationId: 'correlation-1', causationId: 'cause-1' },
      },
    ])
  })

  test('that is the first of an account tells nobody, whatever comes with it', async () => {
    const by = recorder()
    await seen(by, signIn('first'))
    expect(await told()).toEqual([])
    expect(await kept()).toBe(1)
  })

  test('is told once for all of its tokens and processes, that see it at the same moment', async () => {
    await seen(recorder(), signIn('first'))
    const [one, other] = [recorder(), recorder({ pool: pools[1] })]
    for (let index = 0; index < 20; index += 1) {
      for (const by of [one, other]) by.record(signIn(`session-${String(index)}`, { assurance: 'multi' }))
      await Promise.all([one.flush(), other.flush()])
    }
    await seen(recorder(), signIn('session-7', { authenticatedAt: new Date('2026-03-01T11:00:00Z') }))
    expect(await told()).toHaveLength(20)
  })

  test('of two first ones, that two processes see at the same moment, one is told', async () => {
    const client = await database.connect('access')
    const held: SignInRecorderParts['pool'] = { query: (statement: never) => client.query(statement) }
    await client.query('begin')
    await seen(recorder({ pool: held }), signIn('one'))
    let isOver = false
    const other = seen(recorder(), signIn('other')).finally(() => (isOver = true))
    const waiting = `select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`
    const waits = async () => (await owner.query(waiting)).rowCount !== 0
    await until('the other waits for it', async () => isOver || (await waits()))
    await client.query('commit')
    await other
    expect([await kept(), (await told()).length]).toEqual([2, 1])
  })

  test('of many at once each is told, but for the first of the account', async () => {
    const by = recorder()
    for (let index = 0; index < 1_200; index += 1) by.record(signIn(`session-${String(index)}`))
    await by.flush()
    expect(await told()).toHaveLength(1_199)
  })

  test('is known by its moment where the provider names no session', async () => {
    const by = recorder()
    await seen(by, signIn(undefined), signIn(undefined))
    clock.advance(1)
    await seen(by, signIn(undefined), signIn(undefined))
    expect(await told()).toHaveLength(1)
  })

  test('is no sign-in where neither is told: its next token would be another one', async () => {
    await seen(recorder(), signIn('first'), signIn(undefined, { authenticatedAt: undefined }))
    expect(await kept()).toBe(1)
    expect(await told()).toEqual([])
  })

  test('of who has no account, or cannot have one, holds up nobody', async () => {
    const by = recorder()
    await seen(by, signIn('first'))
    for (const stranger of ['nobody', 'nu\0l', 'lone \ud800']) by.record(signIn('theirs', { subject: stranger }))
    await seen(by, signIn('second'))
    expect(await told()).toHaveLength(1)
  })
})

describe('R73: what is recorded', () => {
  test('and what is told of it are of one transaction', async () => {
    await seen(recorder(), signIn('first'))
    const killed = async (statement: string): Promise<never> => {
      const client = await database.connect('access')
      await client.query('begin')
      await client.query(statement)
      await client.query('rollback') // as of a process that was killed before its commit
      throw new Error('killed')
    }
    const failing = { query: killed as unknown as Pool['query'] } // takes the one form in which the recorder calls it
    await seen(recorder({ pool: failing, retryMs: 60_000 }), signIn('second'))
    expect([await kept(), await told()]).toEqual([1, []])
    await seen(recorder(), signIn('second'))
    expect([await kept(), (await told()).length]).toEqual([2, 1])
  })

  test('waits for a database that is away, and no more of it than so many', async () => {
    await seen(recorder(), signIn('first'))
    let away = true
    const pool: SignInRecorderParts['pool'] = {
      query: (statement: never) => (away ? Promise.reject(new Error('away')) : pools[0].query(statement)), // as above
    }
    const by = recorder({ pool, capacity: 2 })
    expect(['second', 'third', 'fourth', 'third'].map((session) => by.record(signIn(session)))).toEqual([
      ...[true, true, false, true],
    ])
    away = false
    await until('both are told', async () => (await told()).length === 2)
    expect(by.record(signIn('fourth'))).toBe(true)
    await by.flush()
    expect(await told()).toHaveLength(3)
  })

  test('is kept for ninety days, the newest for longer, and what was forgotten is told no second time', async () => {
    const by = recorder()
    const old = signIn('first')
    await seen(by, old, signIn('second'))
    clock.advance(91 * 86_400)
    expect(await kept()).toBe(2)
    await seen(by, signIn('third'))
    expect(await kept()).toBe(1)
    await seen(by, old)
    expect(await kept()).toBe(1)
    expect(await told()).toHaveLength(2)
  })

  test('R90: is for nobody to read or to change', async () => {
    for (const login of ['access', 'iam', 'relay'] as const) {
      const client = await database.connect(login)
      await expect(client.query('select from iam.sign_ins')).rejects.toMatchObject({ code: '42501' })
      await expect(client.query('delete from iam.sign_ins')).rejects.toMatchObject({ code: '42501' })
    }
    const iam = await database.connect('iam')
    await expect(iam.query(`select iam.record_sign_ins('[]')`)).rejects.toMatchObject({ code: '42501' })
  })
})
