import type { Pool } from 'pg'
import { actorOf, createDenialFolds, type Fold } from './denial-folds.ts'
import type { DenialRecorder } from '../access/denials.ts'
import type { Clock } from '../clock/clock.ts'
import type { IdGenerator } from '../ids/generator.ts'
import type { Log } from '../log/log.ts'
import { currentCorrelation, newCorrelationId } from '../log/correlation.ts'

export interface DenialRecorderParts {
  /** Connected with the role that reads grants, which may also record denials. */
  readonly pool: Pick<Pool, 'query'>
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly log: Log
  /** The least time between two writes of this process. */
  readonly everyMs?: number
}

export interface RunningDenialRecorder extends DenialRecorder {
  /** Resolves when everything that was recorded before is written, or could not be. */
  readonly flush: () => Promise<void>
  /** Writes what is left and records nothing more. */
  readonly stop: () => Promise<void>
}

/**
 * A denial names its scope by ids that anybody can write. Only one that exists is stored; what is aimed at nothing is
 * one fold of the platform's chain. A user is stored by iam's id, as in every other audit row.
 */
const RECORD = {
  name: 'record-denials',
  text: `select audit.record_denials(jsonb_agg(d || jsonb_build_object(
      'org_id', coalesce(p.org_id, o.id), 'project_id', p.id,
      'actor_id', coalesce('usr_' || rtrim(translate(encode(uuid_send(u.id), 'base64'), '+/', '-_'), '='), d ->> 'actor_id'))))
    from jsonb_array_elements($1::jsonb) d
    left join iam.projects p on p.id = (d ->> 'project_id')::uuid
    left join iam.organizations o on p.id is null and o.id = (d ->> 'org_id')::uuid
    left join iam.users u on d ->> 'actor_kind' = 'user' and u.subject = d ->> 'actor_id'`,
}

const EVERY_MS = 1_000

/**
 * Keeps denials of this process, folded: the first at once, what follows once a second (R80). Nothing waits for it. A
 * database that cannot be reached is tried again each second; until then the folds grow in count, not in number. A
 * process that is killed loses what it had not written, a second's worth where the database answers.
 */
export const createDenialRecorder = (parts: DenialRecorderParts): RunningDenialRecorder => {
  const { pool, clock, ids, log, everyMs = EVERY_MS } = parts
  const folds = createDenialFolds()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let lastWrite = Number.NEGATIVE_INFINITY
  let stopped = false

  const rowOf = ({ denial, firstAt, lastAt, count, correlationId }: Fold) => {
    const { kind, id } = actorOf(denial.principal)
    return {
      ...{ id: ids.next(), actor_kind: kind, actor_id: id, count, correlation_id: correlationId },
      ...{ coordinate: denial.coordinate, action: denial.action, code: denial.code },
      ...{ org_id: denial.scope.organizationId ?? null, project_id: denial.scope.projectId ?? null },
      ...{ first_at: firstAt.toISOString(), last_at: lastAt.toISOString() },
    }
  }

  const write = async (): Promise<void> => {
    const taken = folds.take()
    if (taken.length === 0) return
    lastWrite = performance.now()
    try {
      await pool.query({ ...RECORD, values: [JSON.stringify(taken.map(rowOf))] })
    } catch (error) {
      folds.giveBack(taken)
      log.warn({ err: error, folds: taken.length }, 'denials could not be recorded yet')
      if (!stopped) schedule()
    }
  }

  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write)
    return writing
  }

  const schedule = (): void => {
    timer ??= setTimeout(() => void flush(), Math.max(0, lastWrite + everyMs - performance.now()))
  }

  return {
    record: (denial) => {
      if (stopped) return
      folds.add(denial, clock.now(), currentCorrelation()?.correlationId ?? newCorrelationId())
      schedule()
    },
    flush,
    stop: async () => {
      stopped = true
      await flush()
    },
  }
}
