import type { Grant } from '../access/authorize.ts'
import type { Scope } from '../access/scope.ts'
import type { DomainEvent } from '../events/envelope.ts'
import { REDACTED, redactText } from '../log/redact-text.ts'
import { isSecretName } from '../log/secret-names.ts'
import { currentCorrelation, newCorrelation } from '../log/correlation.ts'
import { inSpan } from '../tracing/span.ts'
import { traceHeaders } from '../tracing/spans.ts'
import { actorOf } from './actor.ts'
import type { Database, DomainSchema, Transaction } from './database.ts'
import type { WriteTools } from './unit-of-work.ts'

const ownerOf = (scope: Scope): { readonly org_id: string | null; readonly project_id: string | null } => ({
  org_id: scope.kind === 'project' || scope.kind === 'organization' ? scope.organizationId : null,
  project_id: scope.kind === 'project' ? scope.projectId : null,
})

/** As log lines are: what is called like a secret or shaped like one is not kept (R86). */
const sanitised = (details: Readonly<Record<string, string | number>>): Readonly<Record<string, string | number>> =>
  Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      isSecretName(name) ? REDACTED : typeof value === 'string' ? redactText(value) : value,
    ]),
  )

interface Job {
  readonly name: string
  readonly payload: Readonly<Record<string, string>>
  readonly key: string
  readonly due: Date | undefined
}

/** Column by column, as the three tables have them in every domain's schema. */
const AUDIT_COLUMNS =
  'id uuid, occurred_at timestamptz, action text, target text, result text, actor_kind text, actor_id text, org_id uuid, project_id uuid, correlation_id text, details jsonb'
const OUTBOX_COLUMNS =
  'id uuid, type text, version int, occurred_at timestamptz, correlation_id text, causation_id text, traceparent text, org_id uuid, project_id uuid, user_id uuid, data jsonb'

const namesOf = (columns: string): string =>
  columns
    .split(', ')
    .map((column) => column.split(' ')[0])
    .join(', ')

const insertInto = (table: string, columns: string, parameter: string): string =>
  `insert into ${table} (${namesOf(columns)}) select ${namesOf(columns)} from jsonb_to_recordset(${parameter}::jsonb) as r(${columns})`

/** One round trip for all of it; the notice wakes the relay when the transaction commits. */
const statement = (schema: DomainSchema): string => `
  with audited as (${insertInto(`${schema}.audit_log`, AUDIT_COLUMNS, '$1')}),
       published as (${insertInto(`${schema}.outbox`, OUTBOX_COLUMNS, '$2')}),
       queued as (select events.enqueue_job(name, payload, key, due) from jsonb_to_recordset($3::jsonb) as r(name text, payload jsonb, key text, due timestamptz))
  select (select count(*) from queued), case when jsonb_array_length($2::jsonb) > 0 then pg_notify('outbox', '') end`

/** What a unit of work leaves beside its rows: who did it, what others may hear of it, what is to be done next. */
export class Trail {
  readonly tools: Pick<WriteTools, 'audit' | 'outbox' | 'jobs'>
  readonly #audit: object[] = []
  readonly #events: object[] = []
  readonly #jobs: Job[] = []

  constructor({ clock, ids }: Pick<Database, 'clock' | 'ids'>, grant: Grant) {
    const { correlationId, causationId } = currentCorrelation() ?? newCorrelation()
    const actor = actorOf(grant.actor)
    const owner = ownerOf(grant.scope)
    const stamp = () => ({ id: ids.next(), occurred_at: clock.now().toISOString(), correlation_id: correlationId })
    this.tools = {
      audit: {
        succeeded: (action, target, details = {}) => {
          const by = { actor_kind: actor.kind, actor_id: actor.id }
          this.#audit.push({
            ...stamp(),
            ...owner,
            ...by,
            action,
            target,
            result: 'SUCCEEDED',
            details: sanitised(details),
          })
        },
      },
      outbox: {
        add: (event: DomainEvent) => {
          const { type, version, data } = event
          const { organizationId: org_id, projectId: project_id, userId: user_id } = event.owner
          this.#events.push({ ...stamp(), causation_id: causationId, type, version, org_id, project_id, user_id, data })
        },
      },
      jobs: {
        add: (name, payload, key, due) => {
          this.#jobs.push({ name, payload: { ...payload, correlationId, causationId }, key, due })
        },
      },
    }
  }

  /**
   * Writes all of it as the transaction's last statement. Runs even when there is nothing to write: in a transaction
   * that the database gave up (an error that the work swallowed) it fails, where a commit would silently roll back.
   */
  async write(db: Transaction, schema: DomainSchema): Promise<void> {
    if (this.#events.length + this.#jobs.length === 0) return this.#execute(db, schema)
    const attributes = { 'gpuaas.events': this.#events.length, 'gpuaas.jobs': this.#jobs.length }
    await inSpan({ name: 'outbox', kind: 'producer', attributes }, () => this.#execute(db, schema))
  }

  /** What others do because of it belongs to the trace of the span in which it is written (R87). */
  async #execute(db: Transaction, schema: DomainSchema): Promise<void> {
    const trace = traceHeaders()
    const events = this.#events.map((event) => ({ ...event, ...trace }))
    const jobs = this.#jobs.map((job) => ({ ...job, payload: { ...job.payload, ...trace } }))
    const rows = [this.#audit, events, jobs].map((list) => JSON.stringify(list))
    await db.$executeRawUnsafe(statement(schema), ...rows)
  }
}
