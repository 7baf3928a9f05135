import { CataloguedError, isErrorCode } from '../../platform/errors/catalogue.ts'
import type { Log } from '../../platform/log/log.ts'
import type { OnSubgraphErrors } from '../execution/run.ts'

/** How many errors of one answer stand in the log. */
const MAX_LOGGED = 10

/** Logs what a subgraph failed with, in its own words. Denials and refused input are the caller's, and routine. */
export const logSubgraphErrors = (log: Log): OnSubgraphErrors => {
  return (subgraph, errors, { correlationId, cancellation }) => {
    const isLeft = cancellation.reason !== undefined
    for (const error of errors.slice(0, MAX_LOGGED)) {
      const code = error.extensions?.code
      if (isLeft || isRoutine(code)) {
        log.debug({ subgraph, code, correlationId }, 'a subgraph refused')
        continue
      }
      log.error(
        { subgraph, err: error instanceof CataloguedError ? (error.cause ?? error) : error, correlationId },
        'a subgraph failed',
      )
    }
    const more = errors.slice(MAX_LOGGED)
    if (isLeft || more.every(({ extensions }) => isRoutine(extensions?.code))) return
    log.error({ subgraph, more: more.length, correlationId }, 'a subgraph failed with more errors than are logged')
  }
}

const isRoutine = (code: unknown): boolean => isErrorCode(code) && code !== 'INTERNAL' && !code.startsWith('SUBGRAPH_')
