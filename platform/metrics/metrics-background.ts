import type { Instruments } from './instruments.ts'

export interface PoolSize {
  readonly role: string
  readonly busy: number
  readonly idle: number
  /** Callers that wait for a connection. */
  readonly waiting: number
}

export interface JobRun {
  readonly job: string
  readonly outcome: 'ok' | 'failed' | 'given up'
  readonly seconds: number
}

/** What happens behind requests: the database, the outboxes, events and jobs. */
export const backgroundMetrics = ({ counter, duration, gauge }: Instruments) => {
  const queries = duration({
    name: 'gpuaas_database_query_duration_seconds',
    help: 'Statements, by the database role that ran them.',
    labels: ['role', 'outcome'],
  })
  const connections = gauge({
    name: 'gpuaas_database_connections',
    help: 'Connections of the pools: busy, idle, and callers waiting for one.',
    labels: ['role', 'state'],
  })
  const relayed = counter({
    name: 'gpuaas_outbox_relayed_total',
    help: 'Events that the relay took from an outbox to the backbone.',
    labels: ['subgraph'],
  })
  const pending = gauge({
    name: 'gpuaas_outbox_pending',
    help: 'Events that wait in an outbox.',
    labels: ['subgraph'],
  })
  const oldest = gauge({
    name: 'gpuaas_outbox_oldest_seconds',
    help: 'Age of the oldest event that waits in an outbox.',
    labels: ['subgraph'],
  })
  const handled = counter({
    name: 'gpuaas_events_handled_total',
    help: 'Events that consumers handled; outcome is ok, repeated, failed or dead.',
    labels: ['consumer', 'outcome'],
  })
  const jobs = duration({
    name: 'gpuaas_job_duration_seconds',
    help: 'Runs of jobs.',
    labels: ['job', 'outcome'],
  })
  return {
    query: ({ role, outcome, seconds }: { role: string; outcome: 'ok' | 'failed'; seconds: number }) => {
      queries.observe({ role, outcome }, seconds)
    },
    poolSize: ({ role, busy, idle, waiting }: PoolSize) => {
      connections.set({ role, state: 'busy' }, busy)
      connections.set({ role, state: 'idle' }, idle)
      connections.set({ role, state: 'waiting' }, waiting)
    },
    outboxRelayed: (subgraph: string, events: number) => {
      relayed.inc({ subgraph }, events)
    },
    outboxPending: (subgraph: string, events: number, oldestSeconds: number) => {
      pending.set({ subgraph }, events)
      oldest.set({ subgraph }, oldestSeconds)
    },
    eventHandled: (consumer: string, outcome: 'ok' | 'repeated' | 'failed' | 'dead') => {
      handled.inc({ consumer, outcome })
    },
    jobRun: ({ job, outcome, seconds }: JobRun) => {
      jobs.observe({ job, outcome }, seconds)
    },
  }
}
