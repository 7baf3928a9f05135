import type { OrganizationGrant, PlatformGrant, ProjectGrant, SelfGrant } from '../access/authorize.ts'
import type { OrganizationScope, PlatformScope, ProjectScope, Scope, SelfScope } from '../access/scope.ts'
import type { DomainEvent } from '../events/envelope.ts'
import type { Uuid } from '../ids/id.ts'
import type { Result } from '../result/result.ts'

/** Writes the audit row of a change; committed with it or not at all. */
export interface AuditTrail {
  /** `action` is that of the mutation's `@audited`; `target` the text of the id it changed. */
  readonly succeeded: (action: string, target: string, details?: Readonly<Record<string, string | number>>) => void
}

/** Collects events; committed with the change that caused them or not at all (R73). */
export interface Outbox {
  readonly add: (event: DomainEvent) => void
}

/** Queues jobs; committed with the change that needs them or not at all. */
export interface TransactionalJobs {
  /** `key` is deterministic, `<kind>:<target>`: the same work is queued once, the last one counts. Now, unless `due` is given. */
  readonly add: (name: string, payload: Readonly<Record<string, string>>, key: string, due?: Date) => void
}

export interface WriteTools {
  readonly audit: AuditTrail
  readonly outbox: Outbox
  readonly jobs: TransactionalJobs
  /**
   * True the first time that `consumer` handles the event, false ever after (R75): an event handler asks it first.
   * The mark is part of the transaction; two at once wait for each other.
   */
  readonly once: (consumer: string, eventId: Uuid) => Promise<boolean>
}

/** The grant that permits writes in a scope. A set of projects, or of organizations, is for reading alone. */
export type GrantOf<S extends Scope> = S extends ProjectScope
  ? ProjectGrant
  : S extends OrganizationScope
    ? OrganizationGrant
    : S extends SelfScope
      ? SelfGrant
      : S extends PlatformScope
        ? PlatformGrant
        : never

/**
 * The only doors to the database. A unit sets the scope, opens a transaction where one is needed, constructs the
 * repositories with that scope, and writes audit, outbox and job rows before the commit.
 */
export interface UnitsOfWork<S extends Scope, Repositories> {
  readonly read: <T>(scope: S, work: (repositories: Repositories) => Promise<T>) => Promise<T>
  /**
   * One transaction. A returned `err` and a thrown fault both roll it back, audit, outbox and jobs included. For a call
   * with an idempotency key that was done before, `work` is not run: the result is the one that was kept of it.
   */
  readonly write: <T, E>(
    grant: GrantOf<S>,
    work: (unit: Repositories & WriteTools) => Promise<Result<T, E>>,
  ) => Promise<Result<T, E>>
}
