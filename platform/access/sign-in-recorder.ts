import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { UserPrincipal } from './principal.ts'
import type { SignInRecorder } from './sign-ins.ts'
import type { Clock } from '../clock/clock.ts'
import type { IdGenerator } from '../ids/generator.ts'
import { currentCorrelation, newCorrelation } from '../log/correlation.ts'
import type { Log } from '../log/log.ts'
import { currentTraceparent } from '../tracing/traceparent.ts'

export interface SignInRecorderParts {
  /** Connected with the role that reads grants, which may also record sign-ins. */
  readonly pool: Pick<Pool, 'query'>
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly log: Log
  /** After how long what could not be recorded is tried again. */
  readonly retryMs?: number
  /** How many sign-ins may wait to be recorded. */
  readonly capacity?: number
}

export interface RunningSignInRecorder extends SignInRecorder {
  /** Resolves when everything that was told before is recorded, or could not be. */
  readonly flush: () => Promise<void>
  /** Records what is left and takes nothing more. */
  readonly stop: () => Promise<void>
}

/** A row of `iam.record_sign_ins`, but for the user, whom the database finds by the subject. */
interface SignIn {
  readonly id: string
  readonly subject: string
  readonly session_hash: string
  readonly signed_in_at: string
  readonly recorded_at: string
  readonly correlation_id: string
  readonly causation_id: string
  readonly traceparent: string | undefined
}

/** Of who has an account: nobody else can be told. */
const RECORD = {
  name: 'record-sign-ins',
  text: `select iam.record_sign_ins(jsonb_agg(s || jsonb_build_object('user_id', u.id)))
    from jsonb_array_elements($1::jsonb) s join iam.users u on u.subject = s ->> 'subject'`,
}

const RETRY_MS = 1_000
const CAPACITY = 10_000
const BATCH = 500

/**
 * What names a sign-in in all of its tokens: the provider's session, or else the moment at which the person showed a
 * credential. Undefined of a token with neither, which cannot be told from the next token of the same sign-in.
 */
const sessionOf = ({ sessionId, authenticatedAt }: UserPrincipal): string | undefined => {
  if (sessionId !== undefined) return `sid:${sessionId}`
  return authenticatedAt === undefined ? undefined : `auth_time:${String(authenticatedAt.getTime())}`
}

/** As PostgreSQL can store it; no account has another subject. */
const isText = (subject: string): boolean => subject.isWellFormed() && !subject.includes('\0')

/**
 * Has the sign-ins that this process sees recorded, those that come while one statement runs with the next. Nothing waits
 * for it. What is not recorded when the process is killed is recorded with the next request of that sign-in, here or in
 * another process.
 */
export const createSignInRecorder = (parts: SignInRecorderParts): RunningSignInRecorder => {
  const { pool, clock, ids, log, retryMs = RETRY_MS, capacity = CAPACITY } = parts
  const waiting = new Map<string, SignIn>()
  let writing: Promise<void> | undefined
  let retry: NodeJS.Timeout | undefined
  let stopped = false

  const signInOf = (who: UserPrincipal, session: string): SignIn => {
    const now = clock.now()
    const { correlationId, causationId } = currentCorrelation() ?? newCorrelation()
    return {
      id: ids.next(),
      subject: who.subject,
      session_hash: `\\x${createHash('sha256').update(session).digest('hex')}`,
      signed_in_at: (who.authenticatedAt ?? now).toISOString(),
      recorded_at: now.toISOString(),
      correlation_id: correlationId,
      causation_id: causationId,
      traceparent: currentTraceparent(),
    }
  }

  /** Those that wait stay where they are until they are recorded: the same one again is still one. */
  const write = async (): Promise<void> => {
    try {
      while (waiting.size > 0) {
        const batch = [...waiting].slice(0, BATCH)
        await pool.query({ ...RECORD, values: [JSON.stringify(batch.map(([, signIn]) => signIn))] })
        for (const [key] of batch) waiting.delete(key)
      }
    } catch (error) {
      log.warn({ err: error, signIns: waiting.size }, 'sign-ins could not be recorded yet')
      if (!stopped) retry = setTimeout(begin, retryMs)
    } finally {
      writing = undefined // at the very moment at which none waits: the next one begins anew
    }
  }

  const begin = (): void => {
    clearTimeout(retry)
    retry = undefined
    if (waiting.size > 0) writing ??= write()
  }

  const flush = async (): Promise<void> => {
    begin()
    await writing
  }

  return {
    record: (who) => {
      const session = sessionOf(who)
      if (stopped || session === undefined || !isText(who.subject)) return true
      const key = JSON.stringify([who.subject, session])
      if (waiting.has(key)) return true
      if (waiting.size >= capacity) return false
      waiting.set(key, signInOf(who, session))
      if (retry === undefined) begin()
      return true
    },
    flush,
    stop: async () => {
      stopped = true
      await flush()
    },
  }
}
