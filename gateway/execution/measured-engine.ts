import { getOperationAST, type ExecutionResult } from 'graphql'
import type { EdgeMetrics, Operation } from '../../platform/metrics/metrics-edge.ts'
import { isLater } from './later.ts'
import type { Engine, IncomingOperation } from './engine.ts'

/** The same engine, telling what it does; itself where nobody listens. */
export const measuredEngine = (engine: Engine, metrics: EdgeMetrics | undefined): Engine => {
  if (!metrics) return engine
  return {
    ...engine,
    execute: (operation, request) => {
      const begun = performance.now()
      const measured = (result: ExecutionResult): ExecutionResult => {
        metrics.operation({ type: typeOf(operation), outcome: outcomeOf(result), seconds: secondsSince(begun) })
        return result
      }
      const result = engine.execute(operation, request)
      return isLater(result) ? result.then(measured) : measured(result)
    },
    admit: async (operation, request) => {
      const begun = performance.now()
      const admitted = await engine.admit(operation, request)
      const outcome = 'open' in admitted ? 'ok' : 'failed'
      metrics.operation({ type: 'subscription', outcome, seconds: secondsSince(begun) })
      return admitted
    },
  }
}

const secondsSince = (begun: number): number => (performance.now() - begun) / 1000

const typeOf = ({ document, operationName }: IncomingOperation): Operation['type'] =>
  getOperationAST(document, operationName)?.operation ?? 'query'

const outcomeOf = ({ data, errors }: ExecutionResult): Operation['outcome'] => {
  if (!errors?.length) return 'ok'
  return data ? 'partial' : 'failed'
}
