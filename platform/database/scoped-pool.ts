import { Pool, type PoolClient, type PoolConfig } from 'pg'
import { tracedQuery } from '../tracing/spans.ts'
import { currentSettings, sameSettings, type ScopeSettings } from './scope-settings.ts'

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

/** The same query function, each of whose statements is a span. */
const traced = <Query extends Pool['query'] | PoolClient['query']>(role: string, query: Query): Query => {
  const run = (...args: readonly unknown[]): unknown =>
    tracedQuery(role, textOf(args[0]), (): unknown => Reflect.apply(query, undefined, args))
  return run as Query // takes and gives what `query` does
}

/**
 * A pool whose connections carry the scope of whoever takes them. Taking one compares the scope the connection last
 * had with that of the asynchronous context, and sets it, awaited, where they differ; a connection that cannot be set
 * is thrown away and never used. Given back inside a transaction, it is thrown away too: what a killed unit left
 * undone must not become part of the next.
 */
export class ScopedPool extends Pool {
  /** What each connection was last set to. */
  readonly #scopes = new WeakMap<PoolClient, ScopeSettings>()
  /** As traces show it: `compute`. */
  readonly #role: string

  constructor(config: PoolConfig, role: string) {
    super(config)
    this.#role = role
    this.query = traced(role, this.query.bind(this))
    // An idle connection that breaks is replaced by the next one taken; without a listener it would end the process.
    this.on('error', () => undefined)
  }

  override connect(): Promise<PoolClient>
  override connect(callback: ConnectCallback): void
  override connect(callback?: ConnectCallback): Promise<PoolClient> | undefined {
    // Read now: a connection freed by another unit is handed over in that unit's context.
    const settings = currentSettings()
    const taken = super.connect().then((client) => this.#adopt(client, settings))
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
    client.query = traced(this.#role, client.query.bind(client))
    client.release = (error) => {
      Reflect.deleteProperty(client, 'query') // the method of its class again
      release(error)
    }
    return client
  }
}
