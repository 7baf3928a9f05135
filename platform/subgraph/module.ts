import type { GraphQLFieldResolver, GraphQLScalarType } from 'graphql'
import type { Audience } from '../access/audience.ts'
import type { AffectedPrincipals } from '../access/grant-cache.ts'
import type { Access } from '../access/access.ts'
import type { GrantWatch } from '../access/grant-watch.ts'
import type { GrantSource } from '../access/grants.ts'
import type { Cache } from '../cache/cache.ts'
import type { Cancellation } from '../cancellation/cancellation.ts'
import type { Envelope } from '../crypto/envelope.ts'
import type { Peppers } from '../crypto/peppers.ts'
import type { Clock } from '../clock/clock.ts'
import type { KeySet } from '../crypto/key-set.ts'
import type { Egress } from '../egress/egress.ts'
import type { EventHandler } from '../events/envelope.ts'
import type { IdGenerator } from '../ids/generator.ts'
import type { Log } from '../log/log.ts'
import type { Database } from '../database/database.ts'
import type { JobHandler } from '../jobs/jobs.ts'

/**
 * A subgraph as the rest of the product sees it: `subgraphs/<name>/index.ts` exports one, and nothing else of the
 * folder is imported from outside.
 */
export interface SubgraphModule {
  readonly name: SubgraphName
  /** The feature folders' `schema.graphql` files, absolute paths. */
  readonly schemaFiles: readonly string[]
  readonly start: (platform: SubgraphPlatform) => Subgraph
}

export type SubgraphName = 'iam' | 'compute' | 'app-platform' | 'storage' | 'billing' | 'notifications'

/** What the platform gives every subgraph. */
export interface SubgraphPlatform {
  /** Connected with this subgraph's own role. */
  readonly database: Database
  readonly cache: Cache
  /** Tells every process, after a change of memberships committed, whose grants it must read again. */
  readonly announceGrants: (affected: AffectedPrincipals) => Promise<void>
  /** What API keys are hashed with. Only where `API_KEY_PEPPER` is known: a process that makes no keys needs none. */
  readonly peppers?: Peppers
  /** What secrets are sealed with. Only where `SECRETS_KEY` is known: a process that keeps no secrets needs none. */
  readonly envelope?: Envelope
  /** What webhooks are made and delivered with. Only where `WEBHOOK_SECRETS_KEY` is known. */
  readonly webhooks?: WebhookMeans | undefined
  /** How many days a notification is kept. */
  readonly notificationDays?: number | undefined
  /** What somebody may do at this moment, for what outlasts one operation: seconds old at most. */
  readonly grants: GrantSource
  /** Has what is open looked at again when the grants of its principal were read anew. */
  readonly watch: GrantWatch['watch']
  /** Whom to tell what happened. */
  readonly audience: Audience
  /** SHA-256 of the supergraph that the subgraph is part of, in hexadecimal: proofs name the graph they proved. */
  readonly graph: string
  /** The public keys of whoever signs the checkpoints of the audit log; left out where nobody told them. */
  readonly checkpointKeys?: KeySet | undefined
  /** The bounds of terminal sessions, where the settings say others than compute's own. */
  readonly terminals?: TerminalBounds
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly log: Log
}

export interface WebhookMeans {
  /** What their secrets are sealed with. */
  readonly envelope: Envelope
  /** The way to addresses that tenants give. */
  readonly egress: Egress
  /** How long one request of `egress` takes at most. */
  readonly timeoutMs: number
  /** How long an endpoint may fail without a success before it is disabled. */
  readonly patienceMs: number
}

/** Times in milliseconds. */
export interface TerminalBounds {
  readonly tokenMs: number
  readonly idleMs: number
  readonly maxDurationMs: number
  readonly perAllocation: number
  readonly perOpener: number
}

export interface Subgraph {
  readonly resolvers: SubgraphResolvers
  /** Services and per-operation loaders for one operation; merged under `access` into the resolvers' context. */
  readonly context: (operation: OperationContext) => object
  /** By event type. Each runs as a job, at least once, idempotent by event id. */
  readonly eventHandlers: Readonly<Record<string, EventHandler>>
  /**
   * By event type: one event after the other over all processes, in the order of the log, at least once, idempotent by
   * event id. For short writes alone: one that fails holds up those after it, until after some tries it is handled as
   * a job, out of its order.
   */
  readonly orderedHandlers?: Readonly<Record<string, EventHandler>>
  /** By job name, `<subgraph>.<name>`. */
  readonly jobs: Readonly<Record<string, JobHandler>>
  /** Which of `jobs` are run again and again, and when: a crontab's five fields, in UTC. */
  readonly schedule?: Readonly<Record<string, string>>
  /** Jobs that wait for servers of strangers: run by a worker of their own, so that nothing else waits with them. */
  readonly outboundJobs?: Readonly<Record<string, JobHandler>>
}

/** What every resolver's context holds; a subgraph adds its services and loaders. */
export interface OperationContext {
  readonly access: Access
  readonly correlationId: string
  /** Its signal is made when it is asked for: few resolvers do. */
  readonly cancellation: Cancellation
}

type AnyResolver = GraphQLFieldResolver<never, never, never>

export type SubgraphResolvers = Readonly<
  Record<
    string,
    Readonly<Record<string, AnyResolver | { subscribe: AnyResolver; resolve?: AnyResolver }>> | GraphQLScalarType
  >
>
