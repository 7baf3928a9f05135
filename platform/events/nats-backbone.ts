import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node'
import { silentLog, type Log } from '../log/log.ts'
import { EVENT_SUBJECTS } from './catalogue.ts'
import type { EventBackbone } from './envelope.ts'
import { startNatsConsumer, type NatsConsumer } from './nats-consumer.ts'

export interface NatsBackboneOptions {
  /** `nats://host:port`, several separated by commas. */
  readonly url: string
  readonly log?: Log
  /** How many servers of a cluster keep each event; 1 unless given. */
  readonly replicas?: number
  /** How long the server waits for an acknowledgement before another consumer of the name gets the event. */
  readonly ackWaitMs?: number
}

const STREAM = 'gpuaas-events'
const DAY_MS = 24 * 60 * 60 * 1_000
const RETENTION_MS = 30 * DAY_MS
/** A relay that repeats a batch later than this stores it twice; consumers are idempotent by id all the same. */
const DEDUPLICATION_MS = 60 * 60 * 1_000
const ACK_WAIT_MS = 10_000

/** The backbone of the distributed form: one JetStream stream, a durable pull consumer for each name. */
export const createNatsBackbone = async (options: NatsBackboneOptions): Promise<EventBackbone> => {
  const { url, log = silentLog, replicas = 1, ackWaitMs = ACK_WAIT_MS } = options
  const connection = await connect({
    servers: url.split(','),
    name: 'gpuaas-events',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
  })
  void reportStatus(connection, log)
  const manager = await jetstreamManager(connection)
  await ensureStream(manager, replicas)
  const stream = jetstream(connection)
  const consumers = new Set<NatsConsumer>()

  return {
    /** One after the other: a later event must not be stored when an earlier one was not. */
    publish: async (events) => {
      for (const event of events) await stream.publish(event.type, JSON.stringify(event), { msgID: event.id })
    },
    consume: async (name, types, handle) => {
      await manager.consumers.add(STREAM, {
        durable_name: name,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        // One at a time over all processes of this name: order holds, redelivery included.
        max_ack_pending: 1,
        ack_wait: nanos(ackWaitMs),
      })
      const source = await stream.consumers.get(STREAM, name)
      const consumer = startNatsConsumer({ source, name, types, handle, log })
      consumers.add(consumer)
      return {
        stop: async () => {
          consumers.delete(consumer)
          await consumer.stop()
        },
      }
    },
    close: async () => {
      await Promise.all([...consumers].map((consumer) => consumer.stop()))
      consumers.clear()
      await connection.close()
    },
  }
}

const ensureStream = async (manager: JetStreamManager, replicas: number): Promise<void> => {
  await manager.streams.add({
    name: STREAM,
    subjects: [...EVENT_SUBJECTS],
    max_age: nanos(RETENTION_MS),
    duplicate_window: nanos(DEDUPLICATION_MS),
    num_replicas: replicas,
  })
}

const reportStatus = async (connection: NatsConnection, log: Log): Promise<void> => {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') log.warn('the connection to NATS broke')
    if (type === 'reconnect') log.info('the connection to NATS is back')
  }
}
