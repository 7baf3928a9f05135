import type { OrganizationScope, OrganizationSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { countOfOwned } from '../../../platform/database/totals.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { EgressOutcome } from '../../../platform/egress/egress.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { endpointId, type WebhookEndpointId } from '../webhook/model.ts'
import { deliveryId, type DeliveryStatus, type WebhookDelivery } from './model.ts'
import type { DeliveryPage } from './position.ts'

interface DeliveryRow extends Omit<WebhookDelivery, 'id' | 'endpointId' | 'eventId'> {
  readonly orgId: string
  readonly id: string
  readonly endpointId: string
  readonly eventId: string
}

const toDelivery = ({ orgId, id, endpointId: endpoint, eventId, ...row }: DeliveryRow): WebhookDelivery => ({
  ...row,
  id: deliveryId(uuidColumn(orgId), uuidColumn(id)),
  endpointId: endpointId(uuidColumn(orgId), uuidColumn(endpoint)),
  eventId: uuidColumn(eventId),
})

/** What is after its endpoint's position is to be sent, whatever became of it before; the first that is kept of it, next. */
const STATUS = Prisma.sql`CASE WHEN d.sequence > e.position THEN 'PENDING' ELSE d.status END`
const COLUMNS = Prisma.sql`
  d.org_id AS "orgId", d.id, d.endpoint_id AS "endpointId", d.sequence, d.event_id AS "eventId",
  d.event_type AS "eventType", d.occurred_at AS "occurredAt", ${STATUS} AS status, d.attempts,
  d.created_at AS "createdAt", d.last_attempt_at AS "lastAttemptAt", d.response_status AS "responseStatus", d.failure,
  d.delivered_at AS "deliveredAt", CASE WHEN d.sequence = (
    SELECT min(k.sequence) FROM notifications.webhook_deliveries k
    WHERE k.org_id = d.org_id AND k.endpoint_id = d.endpoint_id AND k.sequence > e.position
  ) THEN e.next_attempt_at END AS "nextAttemptAt"`
const TABLES = Prisma.sql`
  notifications.webhook_deliveries d
  JOIN notifications.webhook_endpoints e ON e.org_id = d.org_id AND e.id = d.endpoint_id`

const NEWEST_FIRST = {
  forward: { beyond: Prisma.sql`<`, order: Prisma.sql`DESC` },
  backward: { beyond: Prisma.sql`>`, order: Prisma.sql`ASC` },
}

/** An event before it has its place among the deliveries of an endpoint. */
export interface NewDelivery {
  readonly id: Uuid
  readonly eventId: Uuid
  readonly eventType: string
  readonly occurredAt: Date
  readonly payload: string
  readonly createdAt: Date
  readonly traceparent: string | undefined
}

/** The deliveries of one organization's endpoints. */
export class WebhookDeliveryRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationScope

  constructor(db: Transaction, scope: OrganizationScope) {
    this.#db = db
    this.#scope = scope
  }

  async find(id: Uuid): Promise<WebhookDelivery | undefined> {
    const rows = await this.#db.$queryRaw<DeliveryRow[]>`
      SELECT ${COLUMNS} FROM ${TABLES} WHERE d.org_id = ${this.#scope.organizationId}::uuid AND d.id = ${id}::uuid`
    return rows.map(toDelivery)[0]
  }

  /**
   * Gives an endpoint one more delivery, and takes up to two away that are older than `keptSince`: more than come, so that
   * those that are too old become fewer. True when somebody has to be woken to send it: nothing was scheduled for the
   * endpoint, or what was is long overdue. False of one that is disabled, that has its next try ahead, or is gone.
   */
  async append(endpoint: Uuid, delivery: NewDelivery, keptSince: Date, overdue: Date): Promise<boolean> {
    const key = { ...this.#scope.columns, id: endpoint }
    const [held] = await this.#db.$queryRaw<{ isWaiting: boolean; sequence: bigint }[]>`
      SELECT last_sequence + 1 AS sequence, state = 'ENABLED' AND (
        next_attempt_at IS NULL OR greatest(next_attempt_at, claimed_until) < ${overdue}) AS "isWaiting"
      FROM notifications.webhook_endpoints WHERE org_id = ${key.orgId}::uuid AND id = ${endpoint}::uuid FOR UPDATE`
    if (held === undefined) return false
    const { sequence, isWaiting } = held
    const nextAttemptAt = isWaiting ? { nextAttemptAt: delivery.createdAt } : {}
    await this.#db.webhookEndpoint.updateMany({ where: key, data: { lastSequence: sequence, ...nextAttemptAt } })
    await this.#db.webhookDelivery.createMany({
      data: [
        {
          ...this.#scope.columns,
          ...delivery,
          endpointId: endpoint,
          sequence,
          traceparent: delivery.traceparent ?? null,
          status: 'PENDING',
          attempts: 0,
        },
      ],
    })
    await this.#db.$executeRaw`
      DELETE FROM notifications.webhook_deliveries WHERE org_id = ${this.#scope.organizationId}::uuid
        AND endpoint_id = ${endpoint}::uuid AND created_at < ${keptSince} AND sequence IN (
          SELECT sequence FROM notifications.webhook_deliveries
          WHERE org_id = ${this.#scope.organizationId}::uuid AND endpoint_id = ${endpoint}::uuid
          ORDER BY sequence LIMIT 2)`
    return isWaiting
  }

  /** The endpoints that chose a type and were there at a time, in the order in which they are to be locked. */
  async subscribers(eventType: string, since: Date): Promise<readonly Uuid[]> {
    const rows = await this.#db.webhookEndpoint.findMany({
      where: { ...this.#scope.columns, eventTypes: { has: eventType }, createdAt: { lte: since } },
      select: { id: true },
      orderBy: { id: 'asc' },
    })
    return rows.map(({ id }) => uuidColumn(id))
  }

  /** The place before the oldest one that is kept; undefined where none is. */
  async oldestCursor(endpoint: Uuid): Promise<bigint | undefined> {
    const row = await this.#db.webhookDelivery.findFirst({
      where: { ...this.#scope.columns, endpointId: endpoint },
      orderBy: { sequence: 'asc' },
      select: { sequence: true },
    })
    return row === null ? undefined : row.sequence - 1n
  }

  /** How many of a type are still to be sent to an endpoint. */
  async countPending(endpoint: Uuid, eventType: string, position: bigint): Promise<number> {
    const where = { ...this.#scope.columns, endpointId: endpoint, eventType, sequence: { gt: position } }
    return this.#db.webhookDelivery.count({ where })
  }

  /** How a try of a delivery ended, and what the delivery is after it. */
  async recordTry(id: Uuid, at: Date, outcome: EgressOutcome, status: DeliveryStatus): Promise<void> {
    await this.#db.webhookDelivery.updateMany({
      where: { ...this.#scope.columns, id },
      data: {
        status,
        attempts: { increment: 1 },
        lastAttemptAt: at,
        responseStatus: outcome.kind === 'answered' ? outcome.status : null,
        failure: outcome.kind === 'failed' ? outcome.failure : null,
        ...(status === 'DELIVERED' ? { deliveredAt: at } : {}),
      },
    })
  }
}

const ofStatus = ({ status }: DeliveryPage): Prisma.Sql =>
  status === undefined ? Prisma.empty : Prisma.sql`AND ${STATUS} = ${status}`

/** The deliveries of several organizations' endpoints, to read them. */
export class WebhookDeliverySetRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationSetScope

  constructor(db: Transaction, scope: OrganizationSetScope) {
    this.#db = db
    this.#scope = scope
  }

  #within(ids: readonly WebhookEndpointId[]) {
    const organizations = new Set<string>(this.#scope.organizations.map(({ organizationId }) => organizationId))
    return ids.filter(({ scope }) => organizations.has(scope))
  }

  /** The same page of each endpoint, newest first; of one status where it is given. */
  async pages(endpoints: readonly WebhookEndpointId[], page: DeliveryPage): Promise<readonly WebhookDelivery[]> {
    const within = this.#within(endpoints)
    const { beyond, order } = NEWEST_FIRST[page.direction]
    const continues = page.beyond === undefined ? Prisma.empty : Prisma.sql`AND d.sequence ${beyond} ${page.beyond}`
    const rows = await this.#db.$queryRaw<DeliveryRow[]>`
      SELECT c.* FROM unnest(${within.map(({ scope }) => scope)}::uuid[], ${within.map(({ local }) => local)}::uuid[])
        AS p (org_id, id)
      CROSS JOIN LATERAL (
        SELECT ${COLUMNS} FROM ${TABLES}
        WHERE d.org_id = p.org_id AND d.endpoint_id = p.id ${continues} ${ofStatus(page)}
        ORDER BY d.sequence ${order} LIMIT ${page.fetch}::int) c
      ORDER BY c.sequence ${order}`
    return rows.map(toDelivery)
  }

  /** How many each endpoint has of the page's status, by the text of its id. */
  totals(endpoints: readonly WebhookEndpointId[], page: DeliveryPage): Promise<ReadonlyMap<string, number>> {
    const found = Prisma.sql`FROM ${TABLES} WHERE d.org_id = p.org_id AND d.endpoint_id = p.id ${ofStatus(page)}`
    return countOfOwned(this.#db, this.#scope, found, endpoints)
  }
}
