import { CataloguedError, isErrorCode } from '../../platform/errors/catalogue.ts'
import type { Log } from '../../platform/log/log.ts'
import type { OnSubgraphError } from '../execution/run.ts'

/** Logs what a subgraph failed with, in its own words. Denials and refused input are the caller's, and routine. */
export const logSubgraphErrors = (log: Log): OnSubgraphError => {
  return (subgraph, error, { correlationId, cancellation }) => {
    const code = error.extensions?.code
    const isRoutine = isErrorCode(code) && code !== 'INTERNAL' && !code.startsWith('SUBGRAPH_')
    if (isRoutine || cancellation.reason !== undefined) {
      log.debug({ subgraph, code, correlationId }, 'a subgraph refused')
      return
    }
    log.error(
      { subgraph, err: error instanceof CataloguedError ? (error.cause ?? error) : error, correlationId },
      'a subgraph failed',
    )
  }
}
