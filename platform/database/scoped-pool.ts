import { Pool, type PoolClient, type PoolConfig } from 'pg'
import type { Metrics } from '../metrics/metrics.ts'
import { tracedQuery } from '../tracing/spans.ts'
import { surviveLoss } from './idle-loss.ts'
import { currentSettings, NO_SCOPE, sameSettings, type ScopeSettings } from './scope-settings.ts'

type Release = PoolClient['release']
type ConnectCallback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  done: (release?: unknown) => void,
) => void

// Named, so that each connection plans it once.
const SET_SCOPE = {
  name: 'scope',
  text: `select set_config('app.project_ids', $1, false), set_config('app.org_ids', $2, false), set_config('app.user_id', $3, false)`,
}

/** True when the connection is between two transactions, as it must be before anybody else may have it. */
const isSettled = (client: PoolClient): boolean => client.getTransactionStatus() === 'I'

const textOf = (query: unknown): string =>
  typeof query === 'object' && query !== null && 'text' in query ? String(query.text) : String(query)

export type PoolMetrics = Pick<Metrics, 'query' | 'watchPool'>

/** Whose statements they are, as traces and metrics show it, and who counts them. */
interface Observed {
  readonly role: string
  readonly metrics: PoolMetrics | undefined
}

/** The same query function, each of whose statements is a span, and counted. */
const observed = <Query extends Pool['query'] | PoolClient['query']>(
  query: Query,
  { role, metrics }: Observed,
): Query => {
  const trace = (...args: readonly unknown[]): unknown =>
    tracedQuery(role, textOf(args[0]), (): unknown => Reflect.apply(query, undefined, args))
  const count = async (...args: readonly unknown[]): Promise<unknown> => {
    const begun = performance.now()
    let outcome: 'ok' | 'failed' = 'failed'
    try {
      const result = await trace(...args)
      outcome = 'ok'
      return result
    } finally {
      metrics?.query({ role, outcome, seconds: (performance.now() - begun) / 1000 })
    }
  }
  return (metrics === undefined ? trace : count) as Query // takes and gives what `query` does
}

/** What pg-pool's types leave out: who is idle, who waits, and the step that gives the last idle to the first waiting. */
interface PoolInternals {
  readonly _idle: { readonly client: PoolClient }[]
  readonly _pendingQueue: readonly object[]
  _pulseQueue: () => void
}

/**
 * A pool whose connections carry the scope of whoever takes them. Taking one compares the scope the connection last
 * had with that of the asynchronous context, and sets it, awaited, where they differ; a connection that cannot be set
 * is thrown away and never used. Given back inside a transaction, it is thrown away too: what a killed unit left
 * undone must not become part of the next. Of several idle connections it gives the one that has the scope already, else
 * the one that was used the longest ago: a page of one tenant sets its scope once.
 */
export class ScopedPool extends Pool {
  /** What each connection was last set to. */
  readonly #scopes = new WeakMap<PoolClient, ScopeSettings>()
  /** What whoever waits for a connection will need of it. */
  readonly #wanted = new WeakMap<object, ScopeSettings>()
  readonly #internals = this as unknown as PoolInternals // as pg-pool is written; its version is pinned
  readonly #observed: Observed

  constructor(config: PoolConfig, role: string, metrics?: PoolMetrics) {
    super(config)
    this.#observed = { role, metrics }
    this.query = observed(this.query.bind(this), this.#observed)
    metrics?.watchPool(role, () => ({
      busy: this.totalCount - this.idleCount,
      idle: this.idleCount,
      waiting: this.waitingCount,
    }))
    const pulse = this.#internals._pulseQueue.bind(this)
    this.#internals._pulseQueue = () => {
      this.#preferSameScope()
      pulse()
    }
    // An idle connection that breaks is replaced by the next one taken; without a listener it would end the process.
    this.on('error', () => undefined)
    surviveLoss(this)
  }

  override connect(): Promise<PoolClient>
  override connect(callback: ConnectCallback): void
  override connect(callback?: ConnectCallback): Promise<PoolClient> | undefined {
    // Read now: a connection freed by another unit is handed over in that unit's context.
    const settings = currentSettings()
    const connected = super.connect()
    const waiting = this.#internals._pendingQueue.at(-1)
    if (waiting !== undefined && !this.#wanted.has(waiting)) this.#wanted.set(waiting, settings)
    const taken = connected.then((client) => this.#adopt(client, settings))
    if (callback === undefined) return taken.then((client) => this.#trace(client))
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

  /** Puts the connection that suits whoever is next to the end of the idle ones, from where it is taken. */
  #preferSameScope(): void {
    const { _idle: idle, _pendingQueue: waiting } = this.#internals
    const [next] = waiting
    if (next === undefined || idle.length < 2) return
    const wanted = this.#wanted.get(next) ?? NO_SCOPE
    const suiting = idle.findLastIndex(({ client }) => {
      const scope = this.#scopes.get(client)
      return scope !== undefined && sameSettings(scope, wanted)
    })
    idle.push(...idle.splice(Math.max(suiting, 0), 1))
  }

  async #adopt(client: PoolClient, settings: ScopeSettings): Promise<PoolClient> {
    const release: Release = client.release.bind(client)
    client.release = (error) => {
      release(error ?? !isSettled(client))
    }
    const known = this.#scopes.get(client)
    if (known !== undefined && sameSettings(known, settings)) return client
    try {
      await client.query({ ...SET_SCOPE, values: [settings.projectIds, settings.organizationIds, settings.userId] })
    } catch (error) {
      client.release(true)
      throw error
    }
    this.#scopes.set(client, settings)
    return client
  }

  /** For whoever holds the connection over several statements; `query` of the pool is a span as a whole. */
  #trace(client: PoolClient): PoolClient {
    const release: Release = client.release.bind(client)
    client.query = observed(client.query.bind(client), this.#observed)
    client.release = (error) => {
      Reflect.deleteProperty(client, 'query') // the method of its class again
      release(error)
    }
    return client
  }
}
