import type { ClientBase } from 'pg'
import { sealBatch, type SealingParts } from './seal-batch.ts'
import { keepSession, sleep } from '../database/session.ts'
import type { Log } from '../log/log.ts'

export interface SealerMetrics {
  /** True from the moment this process seals until it no longer does. */
  readonly leads: (leading: boolean) => void
  readonly sealed: (rows: number) => void
}

export interface SealerOptions extends Pick<SealingParts, 'clock' | 'signer' | 'reached'> {
  /** Of the role gpuaas_sealer. */
  readonly url: string
  readonly log: Log
  readonly metrics?: SealerMetrics
  /** The pause between two looks at what waits, where nothing did. */
  readonly pollMs?: number
  /** How long rows may wait for another leader when one dies. */
  readonly standbyMs?: number
  /** Rows of one transaction. */
  readonly batch?: number
}

export interface Sealer {
  /** Ends after the batch at hand; another process may lead at once. */
  readonly stop: () => Promise<void>
}

const POLL_MS = 500
const STANDBY_MS = 500
const BATCH = 200

/**
 * Moves committed audit rows and closed folds of denials into the hash chains (R81). Of all processes that call this one
 * seals: it holds an advisory lock on the connection it writes by, so that leadership ends with the connection, and with
 * it everything that was not committed.
 */
export const startSealer = (options: SealerOptions): Sealer => {
  const { url, log, metrics, pollMs = POLL_MS, standbyMs = STANDBY_MS, batch = BATCH, ...parts } = options

  const missing: SealingParts['missing'] = (chain, sequence) => {
    log.error({ chain, sequence }, 'the end of an audit chain is missing: see docs/runbooks/audit.md')
  }

  const lead = async (client: ClientBase, ended: AbortSignal): Promise<void> => {
    while (!ended.aborted) {
      const sealed = await sealBatch(client, { ...parts, batch, missing })
      if (sealed > 0) metrics?.sealed(sealed)
      if (sealed < batch) await sleep(pollMs, ended)
    }
  }

  return keepSession({
    url,
    name: 'gpuaas-sealer',
    log,
    work: async (client, ended) => {
      while (!(await tryToLead(client))) {
        await sleep(standbyMs, ended)
        if (ended.aborted) return
      }
      log.info({ signs: parts.signer !== undefined }, 'the sealer leads')
      metrics?.leads(true)
      try {
        await lead(client, ended)
      } finally {
        metrics?.leads(false)
      }
    },
  })
}

const tryToLead = async (client: ClientBase): Promise<boolean> => {
  const { rows } = await client.query<{ leads: boolean }>(
    `select pg_try_advisory_lock(hashtextextended('gpuaas.sealer', 0)) as leads`,
  )
  return rows[0]?.leads === true
}
