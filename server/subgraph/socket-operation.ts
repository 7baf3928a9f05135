import type { ExecutionResult, GraphQLError } from 'graphql'
import { endableEvents } from './endable-events.ts'
import type { PreparedOperation } from './operation.ts'
import type { GrantWatch } from '../../platform/access/grant-watch.ts'
import type { Principal } from '../../platform/access/principal.ts'
import type { Cancellation } from '../../platform/cancellation/cancellation.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { tracedEvent } from '../../platform/tracing/event-trace.ts'
import { runWithCorrelation, type Correlation } from '../../platform/log/correlation.ts'

/** One operation of a connection that a gateway shares among its callers. */
export interface SocketOperation {
  readonly prepared: PreparedOperation
  readonly principal: Principal
  readonly correlation: Correlation
  readonly cancellation: Cancellation
}

export interface SubscribeParts {
  readonly watch: GrantWatch['watch'] | undefined
  /** The error as it may leave the process. */
  readonly refusal: (fault: unknown, correlation: Correlation) => GraphQLError
}

type Answers = AsyncIterator<ExecutionResult, undefined>

const isAsyncIterable = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value

/** Each event executed by itself. */
const answersOf = (
  source: AsyncIterable<unknown>,
  { prepared, correlation }: SocketOperation,
  refusal: SubscribeParts['refusal'],
): Answers => {
  const events = source[Symbol.asyncIterator]()
  const next = async (): Promise<IteratorResult<ExecutionResult, undefined>> => {
    try {
      const event = await events.next()
      if (event.done === true) return { done: true, value: undefined }
      const answer = await tracedEvent(event.value, prepared.subgraph, () => prepared.executeEvent(event.value))
      return { done: false, value: answer }
    } catch (fault) {
      throw refusal(fault, correlation)
    }
  }
  return {
    next: () => runWithCorrelation(correlation, next),
    return: async () => {
      await events.return?.()
      return { done: true, value: undefined }
    },
  }
}

/**
 * Subscribes, and stays subscribed for as long as the caller might begin to: a denial ends the stream with its code,
 * and nothing is delivered after it.
 */
export const subscribeTo = async (
  operation: SocketOperation,
  { watch, refusal }: SubscribeParts,
): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> => {
  const { prepared, principal, correlation, cancellation } = operation
  const source = await runWithCorrelation(correlation, prepared.source)
  // Refused: an answer, and no stream.
  if (!isAsyncIterable(source)) return source
  const { events, fail } = endableEvents(answersOf(source, operation, refusal), () => {
    cancellation.cancel(catalogued('REQUEST_CANCELLED'))
  })
  const review = async (): Promise<void> => {
    const denial = await runWithCorrelation(correlation, prepared.review)
    if (denial) fail(refusal(denial, correlation))
  }
  const release = watch?.({ principal, review })
  if (release) cancellation.signal.addEventListener('abort', release, { once: true })
  return events
}
