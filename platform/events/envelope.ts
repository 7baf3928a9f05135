import type { Uuid } from '../ids/id.ts'

/** Who an event belongs to. Usage and budget events always have a project (R74). */
export interface EventOwner {
  readonly organizationId: Uuid
  readonly projectId?: Uuid
  readonly userId?: Uuid
}

/** What a service adds to its outbox; the unit of work completes it to an envelope. */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type
  readonly version: number
  readonly owner: EventOwner
  /** Ids rather than content; never a secret (R78). */
  readonly data: Data
}

/** An event as it travels: outbox row, backbone message, job payload. */
export interface EventEnvelope<Type extends string = string, Data = unknown> extends DomainEvent<Type, Data> {
  readonly id: Uuid
  /** RFC 3339 UTC. */
  readonly occurredAt: string
  /** Ties request, audit row, event and notification together. */
  readonly correlationId: string
  /** The event or request that caused this one. */
  readonly causationId: string
  /** W3C trace context of the change that caused it (R87); absent where that process made no traces. */
  readonly traceparent?: string
}

/** Delivered in order for each publisher, at least once; consumers are idempotent by `id` (R75). */
export type EventHandler = (event: EventEnvelope) => Promise<void>

/** The durable log between outbox and consumers: a PostgreSQL table (embedded) or NATS JetStream. */
export interface EventBackbone {
  /** Resolves when every event is stored. The same event id twice is stored once. */
  readonly publish: (events: readonly EventEnvelope[]) => Promise<void>
  /** Starts a durable consumer: remembers its position under `name`; acknowledges after `handle` resolves. */
  readonly consume: (
    name: string,
    types: readonly string[],
    handle: EventHandler,
  ) => Promise<{ stop: () => Promise<void> }>
  readonly close: () => Promise<void>
}
