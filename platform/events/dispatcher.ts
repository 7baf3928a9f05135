import { runWithCorrelation } from '../log/correlation.ts'
import type { Log } from '../log/log.ts'
import type { JobQueue } from '../jobs/jobs.ts'
import { errorClass, JobAbandoned, type Job } from '../jobs/run-job.ts'
import type { EventBackbone, EventEnvelope, EventHandler } from './envelope.ts'
import { recordDeadLetter } from './dead-letters.ts'
import { consumeInOrder } from './in-order.ts'
import { tracedHandling } from '../tracing/spans.ts'

/** A subgraph as the dispatcher sees it. */
export interface EventConsumer {
  readonly name: string
  readonly eventHandlers: Readonly<Record<string, EventHandler>>
  /** Run by the dispatcher itself, in the order of the log. */
  readonly orderedHandlers?: Readonly<Record<string, EventHandler>> | undefined
}

export interface DispatcherOptions {
  readonly backbone: EventBackbone
  readonly subgraphs: readonly EventConsumer[]
  readonly queue: JobQueue
  readonly log: Log
}

export interface Dispatcher {
  readonly stop: () => Promise<void>
}

/** Tries before a dead letter: with graphile-worker's pauses (e, e², … seconds) half an hour. */
export const EVENT_TRIES = 8
/** Runs beyond them, for those that ended with their process. */
const SPARE_TRIES = 4

/** No subgraph can queue such a job itself: `events.enqueue_job` lets it name `<subgraph>.*` alone. */
const jobName = (subgraph: string): string => `event:${subgraph}`

/** A second consumer of the subgraph, of which a backbone keeps a position of its own. */
const orderedName = (subgraph: string): string => `${subgraph}-in-order`

/**
 * One durable consumer for each subgraph that handles events. It queues a job for each event, keyed
 * `<subgraph>:<type>:<event id>`, and acknowledges when the job is stored: what is handled, and how often it is tried,
 * is then the worker's (`eventJobs`), and a handler that fails holds up no other event.
 */
export const startDispatcher = async ({ backbone, subgraphs, queue, log }: DispatcherOptions): Promise<Dispatcher> => {
  const enqueue = (name: string, event: EventEnvelope): Promise<void> =>
    queue.add(
      jobName(name),
      { event: JSON.stringify(event), ...traceOf(event) },
      { key: `${name}:${event.type}:${event.id}`, tries: EVENT_TRIES + SPARE_TRIES },
    )
  const consumers = subgraphs
    .filter(({ eventHandlers }) => Object.keys(eventHandlers).length > 0)
    .map(({ name, eventHandlers }) =>
      backbone.consume(name, Object.keys(eventHandlers), async (event) => {
        await runWithCorrelation(correlationOf(event), () =>
          tracedHandling(event.traceparent, `consume ${event.type}`, () => enqueue(name, event)),
        )
        log.debug({ subgraph: name, type: event.type, eventId: event.id }, 'an event was queued for its handler')
      }),
    )
  const ordered = subgraphs.flatMap(({ name: subgraph, orderedHandlers: handlers }) => {
    if (handlers === undefined) return []
    const name = orderedName(subgraph)
    return consumeInOrder(
      backbone,
      { name, handlers, giveUp: (event) => enqueue(name, event), tries: EVENT_TRIES },
      log,
    )
  })
  const started = await Promise.all([...consumers, ...ordered])
  return {
    stop: async () => {
      await Promise.all(started.map((consumer) => consumer.stop()))
    },
  }
}

/** The worker's part: the jobs that run the handlers. Merge them with the subgraphs' own jobs for `startWorker`. */
export const eventJobs = (subgraphs: readonly EventConsumer[], tries = EVENT_TRIES): Readonly<Record<string, Job>> =>
  Object.fromEntries(
    subgraphs
      .flatMap(({ name, eventHandlers, orderedHandlers }) => [
        { name, eventHandlers },
        ...(orderedHandlers === undefined ? [] : [{ name: orderedName(name), eventHandlers: orderedHandlers }]),
      ])
      .map((consumer) => [jobName(consumer.name), handleEvent(consumer, tries)]),
  )

const handleEvent = ({ name, eventHandlers }: EventConsumer, tries: number): Job => {
  return async ({ event: text = '' }, { attempt, query }) => {
    const event = JSON.parse(text) as EventEnvelope // queued by the dispatcher, and by nobody else
    const handle = eventHandlers[event.type]
    if (handle === undefined) return // its handler was removed while it waited
    const giveUp = async (reason: string, cause?: unknown): Promise<never> => {
      await recordDeadLetter(query, { consumer: name, event, errorClass: reason, tries: attempt })
      throw new JobAbandoned(`${name} gave up on ${event.type} ${event.id}`, { cause })
    }
    // A run that killed its process left no error: past the tries it is not given another process to kill.
    if (attempt > tries) return giveUp('WorkerLost')
    try {
      await handle(event)
    } catch (error) {
      if (attempt < tries) throw error
      await giveUp(errorClass(error), error)
    }
  }
}

/** For a process without traces of its own: what it passes on continues the event's all the same. */
const traceOf = ({ traceparent }: EventEnvelope) => (traceparent === undefined ? {} : { traceparent })

const correlationOf = (event: EventEnvelope) => ({ correlationId: event.correlationId, causationId: event.id })
