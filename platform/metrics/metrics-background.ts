import type { Instruments } from './instruments.ts'

/** How many connections a pool has, now. */
export interface PoolSize {
  readonly busy: number
  readonly idle: number
  /** Callers that wait for a connection. */
  readonly waiting: number
}

export interface Query {
  /** The database role that ran it. */
  readonly role: string
  readonly outcome: 'ok' | 'failed'
  readonly seconds: number
}

export interface JobRun {
  readonly job: string
  /** `failed`: for good. */
  readonly outcome: 'succeeded' | 'retried' | 'failed'
  readonly seconds: number
}

/** What an idempotency key was met with: the first call, the same again, or another input. */
export type KeyOutcome = 'taken' | 'replayed' | 'reused'

/** What happens behind requests: the database, the outboxes, events and jobs. */
export const backgroundMetrics = ({ counter, duration, gauge }: Instruments) => {
  const pools = new Map<string, (() => PoolSize)[]>()
  const queries = duration({
    name: 'gpuaas_database_query_duration_seconds',
    help: 'Statements, by the database role that ran them.',
    labels: ['role', 'outcome'],
  })
  gauge({
    name: 'gpuaas_database_connections',
    help: 'Connections of the pools: busy, idle, and callers waiting for one.',
    labels: ['role', 'state'],
    read: (set) => {
      for (const [role, sizes] of pools) {
        const now = sizes.map((size) => size())
        for (const state of ['busy', 'idle', 'waiting'] as const) {
          set(
            { role, state },
            now.reduce((sum, size) => sum + size[state], 0),
          )
        }
      }
    },
  })
  const leads = gauge({
    name: 'gpuaas_relay_leads',
    help: '1 in the process that empties the outboxes, else 0. The sum over all processes is 1.',
    labels: [],
  })
  const relayed = counter({
    name: 'gpuaas_outbox_relayed_total',
    help: 'Events that the relay took from the outboxes to the backbone.',
    labels: [],
  })
  const oldest = gauge({
    name: 'gpuaas_outbox_oldest_seconds',
    help: 'Age of the oldest event that waits in an outbox, as the leading relay last saw it.',
    labels: [],
  })
  const seals = gauge({
    name: 'gpuaas_sealer_leads',
    help: '1 in the process that seals the audit log, else 0. The sum over all processes is 1.',
    labels: [],
  })
  const sealed = counter({
    name: 'gpuaas_audit_sealed_total',
    help: 'Audit rows and folds of denials that the sealer took into their chains.',
    labels: [],
  })
  const jobs = duration({
    name: 'gpuaas_job_duration_seconds',
    help: 'Runs of jobs, the handling of events among them (event:<subgraph>).',
    labels: ['job', 'outcome'],
  })
  const tokensConsumed = counter({
    name: 'gpuaas_terminal_tokens_consumed_total',
    help: 'Terminal tokens that were spent, each once, whether they opened a terminal or not (R42).',
    labels: [],
  })
  const replaysRejected = counter({
    name: 'gpuaas_terminal_token_replay_rejected_total',
    help: 'Attempts with a terminal token that was spent before: a leak or a race, to be alerted on (R42).',
    labels: [],
  })
  const keys = counter({
    name: 'gpuaas_idempotency_keys_total',
    help: 'Mutations under an idempotency key: taken by a first call, replayed to the same again, reused for another input (R97).',
    labels: ['outcome'],
  })
  return {
    query: ({ role, outcome, seconds }: Query) => {
      queries.observe({ role, outcome }, seconds)
    },
    /** The pool is asked at each exposition; those of one role add up. */
    watchPool: (role: string, size: () => PoolSize) => {
      pools.set(role, [...(pools.get(role) ?? []), size])
    },
    relayLeads: (leading: boolean) => {
      leads.set(leading ? 1 : 0)
    },
    outboxRelayed: (events: number) => {
      relayed.inc(events)
    },
    outboxOldest: (seconds: number) => {
      oldest.set(seconds)
    },
    sealerLeads: (leading: boolean) => {
      seals.set(leading ? 1 : 0)
    },
    auditSealed: (rows: number) => {
      sealed.inc(rows)
    },
    terminalTokenConsumed: () => {
      tokensConsumed.inc()
    },
    terminalTokenReplayed: () => {
      replaysRejected.inc()
    },
    idempotencyKey: (outcome: KeyOutcome) => {
      keys.inc({ outcome })
    },
    jobRun: ({ job, outcome, seconds }: JobRun) => {
      jobs.observe({ job, outcome }, seconds)
    },
  }
}
