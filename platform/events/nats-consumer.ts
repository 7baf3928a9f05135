import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import type { Log } from '../log/log.ts'
import type { EventEnvelope, EventHandler } from './envelope.ts'
import { sleep } from '../database/session.ts'

export interface NatsConsumerOptions {
  readonly source: Consumer
  readonly name: string
  readonly types: readonly string[]
  readonly handle: EventHandler
  readonly log: Log
}

export interface NatsConsumer {
  /** Ends after the event at hand is acknowledged or given back. */
  readonly stop: () => Promise<void>
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

/**
 * Types are sorted out here rather than by the server: a consumer keeps its position when the types it handles change,
 * and servers before 2.10 know one filter alone.
 */
export const startNatsConsumer = ({ source, name, types, handle, log }: NatsConsumerOptions): NatsConsumer => {
  const wanted = new Set(types)
  const stopped = new AbortController()
  let messages: ConsumerMessages | undefined

  const take = async (message: JsMsg): Promise<void> => {
    if (!wanted.has(message.subject)) {
      message.ack()
      return
    }
    try {
      await handle(message.json<EventEnvelope>()) // only the relay publishes to this stream, from typed columns
      message.ack()
    } catch (error) {
      const retryInMs = Math.min(FIRST_RETRY_MS * 2 ** (message.info.deliveryCount - 1), LAST_RETRY_MS)
      log.warn({ err: error, consumer: name, retryInMs }, 'a consumer of events failed and will try again')
      message.nak(retryInMs)
    }
  }

  const running = (async () => {
    while (!stopped.signal.aborted) {
      try {
        messages = await source.consume({ max_messages: 1 })
        if (isAborted(stopped.signal)) await messages.close()
        for await (const message of messages) await take(message)
      } catch (error) {
        if (!isAborted(stopped.signal))
          log.warn({ err: error, consumer: name }, 'reading from NATS failed and begins again')
      }
      await sleep(LAST_RETRY_MS / 10, stopped.signal)
    }
  })()

  return {
    stop: async () => {
      stopped.abort()
      await messages?.close()
      await running
    },
  }
}

/** Read anew after each pause: the compiler would remember the answer of before it. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted
