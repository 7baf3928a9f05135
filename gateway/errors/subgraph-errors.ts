import { CataloguedError, isErrorCode } from '../../platform/errors/catalogue.ts'
import type { Log } from '../../platform/log/log.ts'
import type { OnSubgraphErrors } from '../execution/run.ts'

/** How many faults of one answer stand in the log, and how many refusals. */
const MAX_LOGGED = 10

/** Logs what a subgraph failed with, in its own words. Denials and refused input are the caller's, and routine. */
export const logSubgraphErrors = (log: Log): OnSubgraphErrors => {
  return (subgraph, errors, { correlationId, cancellation }) => {
    const isLeft = cancellation.reason !== undefined
    const refusals = isLeft ? errors : errors.filter(isRoutine)
    const faults = isLeft ? [] : errors.filter((error) => !isRoutine(error))
    for (const { extensions } of refusals.slice(0, MAX_LOGGED))
      log.debug({ subgraph, code: extensions?.code, correlationId }, 'a subgraph refused')
    for (const error of faults.slice(0, MAX_LOGGED)) {
      const err = error instanceof CataloguedError ? (error.cause ?? error) : error
      log.error({ subgraph, err, correlationId }, 'a subgraph failed')
    }
    const more = faults.length - MAX_LOGGED
    if (more > 0) log.error({ subgraph, more, correlationId }, 'a subgraph failed with more errors than are logged')
  }
}

const isRoutine = ({ extensions }: Parameters<OnSubgraphErrors>[1][number]): boolean => {
  const code = extensions?.code
  return isErrorCode(code) && code !== 'INTERNAL' && !code.startsWith('SUBGRAPH_')
}
