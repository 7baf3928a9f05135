import { getOperationAST, type ExecutionResult } from 'graphql'
import type { EdgeMetrics, Operation } from '../../platform/metrics/metrics-edge.ts'
import type { Engine, IncomingOperation } from './engine.ts'

/** The same engine, telling what it does; itself where nobody listens. */
export const measuredEngine = (engine: Engine, metrics: EdgeMetrics | undefined): Engine => {
  if (!metrics) return engine
  return {
    ...engine,
    execute: async (operation, request) => {
      const begun = performance.now()
      const result = await engine.execute(operation, request)
      metrics.operation({ type: typeOf(operation), outcome: outcomeOf(result), seconds: secondsSince(begun) })
      return result
    },
    subscribe: async (operation, request) => {
      const begun = performance.now()
      const stream = await engine.subscribe(operation, request)
      const isOpen = Symbol.asyncIterator in stream
      metrics.operation({ type: 'subscription', outcome: isOpen ? 'ok' : 'failed', seconds: secondsSince(begun) })
      return isOpen ? counted(stream, metrics) : stream
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

const counted = (
  stream: AsyncIterableIterator<ExecutionResult>,
  metrics: EdgeMetrics,
): AsyncIterableIterator<ExecutionResult> => {
  metrics.subscriptionOpened()
  let isOpen = true
  const close = (): void => {
    if (isOpen) metrics.subscriptionClosed()
    isOpen = false
  }
  return {
    next: async () => {
      const event = await stream.next()
      if (event.done === true) close()
      return event
    },
    return: async () => {
      close()
      return (await stream.return?.()) ?? { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
