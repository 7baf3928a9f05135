import type { OrganizationScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { Held } from './turn.ts'

/** What is to be sent next. */
export interface NextDelivery {
  readonly id: Uuid
  readonly sequence: bigint
  readonly eventId: Uuid
  readonly payload: string
  readonly traceparent: string | null
}

/** What an endpoint is after a try. */
export interface Settled {
  readonly position?: bigint
  readonly attempts: number
  readonly failingSince: Date | null
  readonly nextAttemptAt: Date | null
}

/** Who sends to the endpoints of one organization now: one at a time to each. */
export class WebhookClaimRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationScope

  constructor(db: Transaction, scope: OrganizationScope) {
    this.#db = db
    this.#scope = scope
  }

  /** As it is when everybody else who changes it is done; nobody does before the unit ends. */
  async lock(endpoint: Uuid): Promise<Held | undefined> {
    const rows = await this.#db.$queryRaw<Held[]>`
      SELECT url, state = 'ENABLED' AS "isEnabled", last_sequence AS "lastSequence", position, attempts,
        next_attempt_at AS "nextAttemptAt", failing_since AS "failingSince", claim_id AS "claimId",
        claimed_until AS "claimedUntil"
      FROM notifications.webhook_endpoints
      WHERE org_id = ${this.#scope.organizationId}::uuid AND id = ${endpoint}::uuid FOR UPDATE`
    return rows[0]
  }

  /** To how many something is sent now; until the unit ends nobody else counts in this organization. */
  async countLiveForTake(now: Date): Promise<number> {
    const name = `webhook-claims:${this.#scope.organizationId}`
    await this.#db.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`
    return this.#db.webhookEndpoint.count({ where: { ...this.#scope.columns, claimedUntil: { gt: now } } })
  }

  async take(endpoint: Uuid, claimId: Uuid, claimedUntil: Date): Promise<void> {
    await this.#db.webhookEndpoint.updateMany({ where: this.#one(endpoint), data: { claimId, claimedUntil } })
  }

  /** The first after a place; those that nobody keeps any more are passed over. */
  async next(endpoint: Uuid, position: bigint): Promise<NextDelivery | undefined> {
    const row = await this.#db.webhookDelivery.findFirst({
      where: { ...this.#scope.columns, endpointId: endpoint, sequence: { gt: position } },
      orderBy: { sequence: 'asc' },
      select: { id: true, sequence: true, eventId: true, payload: true, traceparent: true },
    })
    return row === null ? undefined : { ...row, id: uuidColumn(row.id), eventId: uuidColumn(row.eventId) }
  }

  /** The claim ends. */
  async settle(endpoint: Uuid, settled: Settled): Promise<void> {
    await this.#db.webhookEndpoint.updateMany({
      where: this.#one(endpoint),
      data: { ...settled, claimId: null, claimedUntil: null },
    })
  }

  #one(id: Uuid) {
    return { ...this.#scope.columns, id }
  }
}
