import type { Grant } from '../access/authorize.ts'
import type { Scope } from '../access/scope.ts'
import type { Uuid } from '../ids/id.ts'
import { currentCall, type KeyedCall } from '../idempotency/keyed-call.ts'
import { ok, type Err, type Result } from '../result/result.ts'
import type { Database, Transaction } from './database.ts'
import { keepResult, takeKey } from './idempotency-keys.ts'
import { Trail } from './trail.ts'
import type { GrantOf, UnitsOfWork, WriteTools } from './unit-of-work.ts'

/** Carries a refusal out of the transaction, so that it is rolled back. */
class Refused extends Error {
  readonly refusal: Err<unknown>

  constructor(refusal: Err<unknown>) {
    super('refused')
    this.refusal = refusal
  }
}

/**
 * True the first time that a consumer handles an event, false ever after (R75). The mark is part of the transaction:
 * two at once wait for each other, and one that is rolled back never happened.
 */
const processedOnce = async (
  database: Pick<Database, 'schema' | 'clock'>,
  db: Transaction,
  consumer: string,
  eventId: Uuid,
): Promise<boolean> => {
  const inserted = await db.$executeRawUnsafe(
    `insert into ${database.schema}.processed_events (consumer, event_id, processed_at) values ($1, $2::uuid, $3) on conflict do nothing`,
    consumer,
    eventId,
    database.clock.now(),
  )
  return inserted === 1
}

/** The call that a change is made for, where its caller gave a key. Jobs that a mutation happens to start are nobody's call. */
const callOf = ({ actor }: Grant): KeyedCall | undefined => {
  const call = actor.kind === 'principal' ? currentCall() : undefined
  if (call?.isDone) throw new Error('A mutation changes what it changes in one unit of work')
  return call
}

/** The units of work of one kind of scope. `construct` makes the repositories with the only scope they will know. */
export const createUnits = <S extends Scope, Repositories extends object>(
  database: Database,
  construct: (db: Transaction, scope: S) => Repositories,
): UnitsOfWork<S, Repositories> => ({
  read: (scope, work) => database.read(scope, (db) => work(construct(db, scope))),

  write: async <T, E>(grant: GrantOf<S>, work: (unit: Repositories & WriteTools) => Promise<Result<T, E>>) => {
    const granted: Grant = grant // each branch of GrantOf is one
    const call = callOf(granted)
    try {
      const done = await database.write(granted.scope, async (db) => {
        const kept = call && (await takeKey(db, database, granted, call))
        if (kept) return ok(kept.value as T) // kept by the same mutation of the same input
        const trail = new Trail(database, granted)
        const once = (consumer: string, eventId: Uuid) => processedOnce(database, db, consumer, eventId)
        const repositories = construct(db, granted.scope as S) // GrantOf<S> holds a scope of kind S
        const result = await work({ ...repositories, ...trail.tools, once })
        if (!result.ok) throw new Refused(result)
        if (call) await keepResult(db, database, granted, call, result.value)
        await trail.write(db, database.schema)
        return result
      })
      if (call) call.isDone = true
      return done
    } catch (error) {
      if (error instanceof Refused) return error.refusal as Err<E> // thrown above, with the refusal of `work`
      throw error
    }
  },
})
