import type { PoolClient, QueryConfig, QueryResult } from 'pg'
import type { Cancellable } from '../cancellation/cancellation.ts'
import { requestCancel } from './cancel-request.ts'
import type { Work } from './current-work.ts'
import { isUnscoped } from './scope-settings.ts'
import { scopeStatement } from './set-scope.ts'

/** How a pool and its connections are asked, here: promises alone, nobody passes a callback. */
export type Ask = (query: string | QueryConfig, values?: unknown[]) => Promise<QueryResult>
export type AskConfig = (config: QueryConfig) => Promise<QueryResult>

export const configOf = (query: string | QueryConfig, values?: unknown[]): QueryConfig => {
  if (typeof query === 'string') return values === undefined ? { text: query } : { text: query, values }
  return values === undefined ? query : { ...query, values }
}

const BEGIN = /^\s*begin\b/i
/** Always sent: what is done is done whole, and what is not is undone. */
const END = /^\s*(?:commit|rollback)\b/i
/** How long a statement may go on that nobody waits for any more: most are done by then. */
const PATIENCE_MS = 5

/**
 * For whoever holds the connection over several statements: a transaction that it begins has the scope of the work. When
 * nobody waits for the work any more, the statement that runs is ended and no other one is sent but the transaction's
 * beginning and its end: it is rolled back, or, where all of it was done already, committed. The connection is then given up.
 */
export const lend = (
  client: PoolClient,
  { settings, cancellation }: Work,
  observe: <T>(text: string, ask: () => Promise<T>) => Promise<T>,
): PoolClient => {
  const ask = client.query.bind(client) as AskConfig // see `Ask`
  let running = 0
  let wasEnded = false
  const cancellable: Cancellable = {
    cancel: () => {
      setTimeout(() => {
        if (running === 0) return
        wasEnded = true // the request may come late, and must not meet another's statement
        requestCancel(client)
      }, PATIENCE_MS)
    },
  }
  const begin: AskConfig = async (config) => {
    const [begun] = await Promise.all([ask(config), ask(scopeStatement(settings))])
    return begun
  }
  const wanted = async (config: QueryConfig): Promise<QueryResult> => {
    if (cancellation?.reason !== undefined) throw cancellation.reason
    running += 1
    try {
      return await ask(config)
    } finally {
      running -= 1
    }
  }
  const query: Ask = (text, values) => {
    const config = configOf(text, values)
    return observe(config.text, () => {
      if (BEGIN.test(config.text) && !isUnscoped(settings)) return begin(config)
      return cancellation === undefined || END.test(config.text) ? ask(config) : wanted(config)
    })
  }
  const release = client.release.bind(client)
  client.query = query as PoolClient['query'] // see `Ask`
  client.release = (fault) => {
    cancellation?.leave(cancellable)
    Reflect.deleteProperty(client, 'query') // the method of its class again
    release(wasEnded || fault)
  }
  cancellation?.enter(cancellable)
  if (cancellation?.reason === undefined) return client
  client.release()
  throw cancellation.reason
}
