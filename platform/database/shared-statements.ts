import { Query, type PoolClient, type QueryConfig, type QueryResult } from 'pg'
import { fateBy } from './connection-fate.ts'
import { createLanes, type LanesOptions, type Send } from './lanes.ts'
import { isUnscoped, type ScopeSettings } from './scope-settings.ts'
import { ScopedStatement } from './scoped-statement.ts'

/** Done twice it is done once: asked again on another connection when the one that carried it is lost. */
const READS = /^\s*select\b/i
/** How often a statement may be the one at work when that happens: then it may be the reason. */
const LOSSES = 2

/** The driver tells some mistakes in a statement's values twice. */
const once = <A extends readonly unknown[]>(act: (...args: A) => void): ((...args: A) => void) => {
  let isDone = false
  return (...args) => {
    if (isDone) return
    isDone = true
    act(...args)
  }
}

type Answer = (error: Error | null | undefined, result: unknown) => void

/** Also a text without values goes by the extended protocol: only then does it wait for the packet (`PacketSocket`). */
const extended = (config: QueryConfig): QueryConfig => Object.assign({}, config, { queryMode: 'extended' })

const submit = (client: PoolClient, config: QueryConfig, settings: ScopeSettings, answer: Answer): void => {
  client.query(
    isUnscoped(settings) ? new Query(extended(config), answer) : new ScopedStatement(config, settings, answer),
  )
}

/**
 * Sends statements by themselves, each a transaction of its own under its own scope, over connections that they share.
 * One that reads and was underway when its connection was lost is sent again.
 */
export const createSharedStatements = (options: LanesOptions) => {
  const lanes = createLanes(options)
  return (config: QueryConfig, settings: ScopeSettings): Promise<QueryResult> =>
    new Promise((resolve, reject: (error: unknown) => void) => {
      let losses = 0
      const carry = (): void => {
        lanes.carry({ send, fail: reject })
      }
      const send: Send = (client, answered) => {
        const answer = once<Parameters<Answer>>((error, result) => {
          if (!error) {
            answered('sound')
            resolve(result as QueryResult) // what the driver gives where it gives no error
            return
          }
          const fate = fateBy(error)
          const { wasAtWork } = answered(fate)
          if (wasAtWork) losses += 1
          if (fate === 'lost' && losses < LOSSES && READS.test(config.text)) carry()
          else reject(error)
        })
        submit(client, config, settings, answer)
      }
      carry()
    })
}
