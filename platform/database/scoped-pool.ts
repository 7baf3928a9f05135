import { Pool, Query, type PoolClient, type PoolConfig, type QueryConfig, type QueryResult } from 'pg'
import type { Metrics } from '../metrics/metrics.ts'
import { tracedQuery } from '../tracing/spans.ts'
import { currentWork, type Work } from './current-work.ts'
import { surviveLoss } from './idle-loss.ts'
import { configOf, lend, type Ask } from './lent-connection.ts'
import { PacketSocket } from './packet-socket.ts'
import { ReadStatement, type NamedStatement } from './reading/read-statement.ts'
import type { Row } from './reading/row-reader.ts'
import { isUnscoped, NO_SCOPE, type ScopeSettings } from './scope-settings.ts'
import { ScopedStatement } from './scoped-statement.ts'
import { scopeStatement } from './set-scope.ts'
import { createSharedStatements, type Answer, type Submit } from './shared-statements.ts'

type ConnectCallback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  done: (release?: unknown) => void,
) => void

export type PoolMetrics = Pick<Metrics, 'query' | 'watchPool'>

/** True when the connection is between two transactions, as it must be before anybody else may have it. */
const isSettled = (client: PoolClient): boolean => client.getTransactionStatus() === 'I'

/** Also a text without values goes by the extended protocol: only then does it wait for the packet (`PacketSocket`). */
const extended = (config: QueryConfig): QueryConfig => Object.assign({}, config, { queryMode: 'extended' })

const submit = (client: PoolClient, config: QueryConfig, settings: ScopeSettings, answer: Answer<unknown>): void => {
  client.query(
    isUnscoped(settings) ? new Query(extended(config), answer) : new ScopedStatement(config, settings, answer),
  )
}

/**
 * A pool on whose connections a scope lasts as long as a transaction, and no longer. A statement by itself is sent with
 * its scope, as one transaction, and shares connections with those of other callers (`createSharedStatements`). Whoever
 * takes a connection to begin a transaction gets the scope as its first statement. The scope is that of the asynchronous
 * context in which the pool was asked.
 *
 * A connection given back inside a transaction is thrown away: what a killed unit left undone must not become part of
 * the next.
 */
export class ScopedPool extends Pool {
  readonly #role: string
  readonly #metrics: PoolMetrics | undefined
  readonly #share = createSharedStatements({
    connect: async () => this.#checked(await super.connect()),
    isContended: () => this.waitingCount > this.idleCount,
  })

  constructor(config: PoolConfig, role: string, metrics?: PoolMetrics) {
    super({ ...config, pipeline: true, stream: () => new PacketSocket() })
    this.#role = role
    this.#metrics = metrics
    const query: Ask = (text, values) => {
      const config = configOf(text, values)
      const work = currentWork()
      return this.#ask<QueryResult>(config.text, work, (client, answer) => {
        submit(client, config, work.settings, answer as Answer<unknown>) // the driver gives a result where it gives no error
      })
    }
    this.query = query as Pool['query'] // see `Ask`
    metrics?.watchPool(role, () => ({
      busy: this.totalCount - this.idleCount,
      idle: this.idleCount,
      waiting: this.waitingCount,
    }))
    // Sent before anything else. Should it fail, no scope can be set on the connection, and its statements fail.
    this.on('connect', (client) => void client.query(scopeStatement(NO_SCOPE)).catch(() => undefined))
    // An idle connection that breaks is replaced by the next one taken; without a listener it would end the process.
    this.on('error', () => undefined)
    surviveLoss(this)
  }

  /** The rows of a statement by itself, under the scope of this work. Costs a third of what `query` does. */
  read(work: Work, statement: NamedStatement): Promise<readonly Row[]> {
    return this.#ask<readonly Row[]>(statement.text, work, (client, answer) => {
      void client.query(new ReadStatement(statement, work.settings, answer)) // gives back the statement, no promise
    })
  }

  #ask<T>(text: string, { cancellation }: Work, submit: Submit<T>): Promise<T> {
    return this.#observe(text, () => this.#share(text, submit, cancellation))
  }

  override connect(): Promise<PoolClient>
  override connect(callback: ConnectCallback): void
  override connect(callback?: ConnectCallback): Promise<PoolClient> | undefined {
    // Read now: a connection freed by another unit is handed over in that unit's context.
    const work = currentWork()
    const taken = super
      .connect()
      .then((client) => lend(this.#checked(client), work, (text, ask) => this.#observe(text, ask)))
    if (callback === undefined) return taken
    taken.then(
      (client) => {
        callback(undefined, client, (broken) => {
          client.release(broken instanceof Error || broken === true ? broken : undefined)
        })
      },
      (error: unknown) => {
        callback(error as Error, undefined, () => undefined) // pg rejects with errors alone
      },
    )
    return undefined
  }

  #checked(client: PoolClient): PoolClient {
    const release = client.release.bind(client)
    client.release = (fault) => {
      const isSound = fault === undefined || fault === false
      release(isSound ? !isSettled(client) : fault)
    }
    return client
  }

  /** Each statement is a span, and counted. */
  #observe<T>(text: string, ask: () => Promise<T>): Promise<T> {
    const begun = performance.now()
    const answered = (outcome: 'ok' | 'failed'): void => {
      this.#metrics?.query({ role: this.#role, outcome, seconds: (performance.now() - begun) / 1000 })
    }
    return tracedQuery(this.#role, text, ask).then(
      (result) => {
        answered('ok')
        return result
      },
      (error: unknown) => {
        answered('failed')
        throw error
      },
    )
  }
}
