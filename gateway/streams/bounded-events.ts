import type { ExecutionResult } from 'graphql'
import { toGraphQLError } from '../errors/graphql-error.ts'
import { EventQueue } from './event-queue.ts'

export interface BoundedEvents {
  readonly events: AsyncIterableIterator<ExecutionResult>
  /** Ends it at once: nothing that waits is delivered, and the reader gets the error. */
  readonly fail: (error: Error) => void
}

/**
 * Reads a stream ahead of its reader, so that a slow reader never holds back the source. Past `limit` waiting events
 * the stream ends with `SLOW_CONSUMER`; a source that fails ends it with an error.
 */
export const boundedEvents = (source: AsyncIterableIterator<ExecutionResult>, limit: number): BoundedEvents => {
  const queue = new EventQueue<ExecutionResult>(limit)
  const stopSource = (): void => {
    source.return?.().catch(() => undefined)
  }
  const pump = async (): Promise<void> => {
    try {
      for (;;) {
        const event = await source.next()
        if (event.done === true) break
        if (!queue.push(event.value)) {
          stopSource()
          return
        }
      }
      queue.end()
    } catch (error) {
      queue.end({ errors: [toGraphQLError(error)] })
    }
  }
  void pump()
  return {
    events: queue.events(stopSource),
    fail: (error) => {
      queue.fail(error)
      stopSource()
    },
  }
}
