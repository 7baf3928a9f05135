import { runWithCorrelation } from '../log/correlation.ts'
import type { Log } from '../log/log.ts'
import { tracedHandling } from '../tracing/spans.ts'
import type { EventBackbone, EventEnvelope, EventHandler } from './envelope.ts'

export interface OrderedConsumer {
  /** Of the consumer: its position in the log is kept under this name. */
  readonly name: string
  readonly handlers: Readonly<Record<string, EventHandler>>
  /** Queues the event to be handled as a job instead. */
  readonly giveUp: (event: EventEnvelope) => Promise<void>
  /** How often a handler is tried in its turn. */
  readonly tries: number
}

/**
 * Hands events to their handlers one after the other, in the order of the log: the position moves on when the handler
 * has resolved, and over all processes one of this name handles at a time. An event whose handler keeps failing gives up
 * its place after some tries, so that the events of everybody else do not wait for it for ever. A database that is down
 * makes no event give up its place: what would queue it fails as well.
 */
export const consumeInOrder = (
  backbone: EventBackbone,
  { name, handlers, giveUp, tries }: OrderedConsumer,
  log: Log,
): Promise<{ stop: () => Promise<void> }> => {
  let failing = { eventId: '', times: 0 }

  const handle = async (event: EventEnvelope): Promise<void> => {
    try {
      await handlers[event.type]?.(event)
    } catch (error) {
      failing = { eventId: event.id, times: failing.eventId === event.id ? failing.times + 1 : 1 }
      if (failing.times < tries) throw error
      await giveUp(event)
      log.error({ err: error, consumer: name, type: event.type, eventId: event.id }, 'an event gave up its place')
    }
  }

  return backbone.consume(name, Object.keys(handlers), (event) =>
    runWithCorrelation({ correlationId: event.correlationId, causationId: event.id }, () =>
      tracedHandling(event.traceparent, `consume ${event.type}`, () => handle(event)),
    ),
  )
}
