import type { RunningSubgraph } from './subgraphs.ts'
import { createCheckpointSigner } from '../platform/audit/checkpoint.ts'
import { startSealer, type SealerMetrics } from '../platform/audit/sealer.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { KeyRing } from '../platform/crypto/key-ring.ts'
import type { DatabasePlace } from '../platform/database/place.ts'
import type { Config } from '../platform/config/config.ts'
import { eventJobs, startDispatcher } from '../platform/events/dispatcher.ts'
import { createPostgresBackbone } from '../platform/events/postgres-backbone.ts'
import { startRelay, type RelayMetrics } from '../platform/events/relay.ts'
import { createJobQueue } from '../platform/jobs/queue.ts'
import type { JobMetrics } from '../platform/jobs/run-job.ts'
import { startWorker } from '../platform/jobs/worker.ts'
import type { Log } from '../platform/log/log.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'

/** How many requests to strangers' servers a process makes at once. */
const OUTBOUND_CONCURRENCY = 8

export interface EventParts {
  readonly config: Config
  readonly place: Pick<DatabasePlace, 'urlOf'>
  readonly subgraphs: readonly RunningSubgraph[]
  /** Signs checkpoints of the audit log; undefined where this process was given no key. */
  readonly auditRing: KeyRing | undefined
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
}

/**
 * The way of every event: outboxes → relay → backbone → a job for each consumer → its handler. Several processes may
 * run this: one relay leads, jobs are shared. Beside it the sealer, of which one leads too, takes audit rows into their
 * chains.
 */
export const startEvents = async ({
  config,
  place,
  subgraphs,
  auditRing,
  clock,
  log,
  metrics,
}: EventParts): Promise<{ stop: () => Promise<void> }> => {
  const backbone = await openBackbone({ config, place, log })
  const relay = startRelay({ url: place.urlOf('relay'), backbone, log, metrics: relayMetrics(metrics) })
  const sealer = startSealer({
    url: place.urlOf('sealer'),
    signer: auditRing && createCheckpointSigner(auditRing),
    clock,
    log,
    metrics: sealerMetrics(metrics),
  })
  const queue = createJobQueue({ url: place.urlOf('worker'), log })
  const consumers = subgraphs.map(({ name, subgraph: { eventHandlers, orderedHandlers } }) => ({
    name,
    eventHandlers,
    orderedHandlers,
  }))
  const dispatcher = await startDispatcher({ backbone, subgraphs: consumers, queue, log })
  const jobs: JobMetrics = {
    finished: (job, outcome, seconds) => {
      metrics.jobRun({ job, outcome, seconds })
    },
  }
  const worker = await startWorker({
    url: place.urlOf('worker'),
    jobs: {
      ...eventJobs(consumers),
      ...Object.fromEntries(subgraphs.flatMap(({ subgraph }) => Object.entries(subgraph.jobs))),
    },
    schedule: Object.fromEntries(subgraphs.flatMap(({ subgraph }) => Object.entries(subgraph.schedule ?? {}))),
    log,
    metrics: jobs,
  })
  // Waits for strangers' servers, and nothing else waits with it.
  const outbound = await startWorker({
    url: place.urlOf('worker'),
    jobs: Object.fromEntries(subgraphs.flatMap(({ subgraph }) => Object.entries(subgraph.outboundJobs ?? {}))),
    concurrency: OUTBOUND_CONCURRENCY,
    log,
    metrics: jobs,
  })
  return {
    // Against the stream, so that nothing is taken that cannot be finished.
    stop: async () => {
      await relay.stop()
      await dispatcher.stop()
      await Promise.all([worker.stop(), outbound.stop()])
      await queue.stop()
      await backbone.close()
      await sealer.stop()
    },
  }
}

const relayMetrics = ({ relayLeads, outboxRelayed, outboxOldest }: Metrics): RelayMetrics => ({
  leads: relayLeads,
  published: outboxRelayed,
  lag: outboxOldest,
})

const sealerMetrics = ({ sealerLeads, auditSealed }: Metrics): SealerMetrics => ({
  leads: sealerLeads,
  sealed: auditSealed,
})

/** NATS where it is given, else a table; its client is loaded where it is used alone. */
const openBackbone = async ({ config, place, log }: Pick<EventParts, 'config' | 'place' | 'log'>) => {
  const url = config.natsUrl?.reveal()
  if (url === undefined) return createPostgresBackbone({ url: place.urlOf('relay'), log })
  const { createNatsBackbone } = await import('../platform/events/nats-backbone.ts')
  return createNatsBackbone({ url, log })
}
