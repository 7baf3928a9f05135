import type { OrganizationScope, OrganizationSetScope } from '../../../platform/access/scope.ts'
import type { Sealed } from '../../../platform/crypto/envelope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { WebhookEndpointModel } from '../../../prisma/generated/models.ts'
import {
  endpointId,
  type DisabledReason,
  type EndpointChanges,
  type EndpointInput,
  type EndpointState,
  type WebhookEndpoint,
  type WebhookEndpointId,
} from './model.ts'

const stateOf = ({ state, disabledReason, disabledAt }: WebhookEndpointModel): EndpointState =>
  state === 'DISABLED' && disabledAt !== null
    ? { state, disabledReason: disabledReason as DisabledReason, disabledAt } // a check constraint says so
    : { state: 'ENABLED' }

const toEndpoint = (row: WebhookEndpointModel): WebhookEndpoint => ({
  id: endpointId(uuidColumn(row.orgId), uuidColumn(row.id)),
  url: row.url,
  description: row.description,
  eventTypes: row.eventTypes,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  version: row.version,
  failingSince: row.failingSince,
  lastSequence: row.lastSequence,
  position: row.position,
  ...stateOf(row),
})

const changed = (updatedAt: Date) => ({ updatedAt, version: { increment: 1 } })

export type NewWebhookEndpoint = EndpointInput & { readonly id: WebhookEndpointId; readonly createdAt: Date }

/** A secret as it is kept. */
export interface SealedSecret {
  readonly id: Uuid
  readonly sealed: Sealed
  /** Null of the current one. */
  readonly expiresAt: Date | null
}

/** The webhook endpoints of one organization, and what their deliveries are signed with. */
export class WebhookEndpointRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationScope

  constructor(db: Transaction, scope: OrganizationScope) {
    this.#db = db
    this.#scope = scope
  }

  async find(id: Uuid): Promise<WebhookEndpoint | undefined> {
    const row = await this.#db.webhookEndpoint.findFirst({ where: this.#one(id) })
    return row ? toEndpoint(row) : undefined
  }

  /** How many there are; until the unit ends nobody else counts in this organization, so that two do not both fit. */
  async countForInsert(): Promise<number> {
    const name = `webhook-endpoints:${this.#scope.organizationId}`
    await this.#db.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`
    return this.#db.webhookEndpoint.count({ where: this.#scope.columns })
  }

  async insert({ id, createdAt, ...input }: NewWebhookEndpoint): Promise<void> {
    await this.#db.webhookEndpoint.createMany({
      data: [
        {
          ...this.#scope.columns,
          id: id.local,
          url: input.url,
          description: input.description,
          eventTypes: [...input.eventTypes],
          state: 'ENABLED',
          createdAt,
          updatedAt: createdAt,
          lastSequence: 0n,
          position: 0n,
          attempts: 0,
        },
      ],
    })
  }

  /** What is left out stays. */
  async update(id: Uuid, { eventTypes, ...others }: EndpointChanges, updatedAt: Date): Promise<void> {
    await this.#set(id, { ...others, ...(eventTypes && { eventTypes: [...eventTypes] }), ...changed(updatedAt) })
  }

  /** Its deliveries and secrets go with it. False when there is none. */
  async delete(id: Uuid): Promise<boolean> {
    return (await this.#db.webhookEndpoint.deleteMany({ where: this.#one(id) })).count === 1
  }

  /** Who is sending at this moment goes on, and is the last. */
  async disable(id: Uuid, disabledReason: DisabledReason, at: Date): Promise<void> {
    await this.#set(id, { state: 'DISABLED', disabledReason, disabledAt: at, ...changed(at), nextAttemptAt: null })
  }

  /** It begins with what waits, as if nothing had failed. */
  async enable(id: Uuid, updatedAt: Date): Promise<void> {
    const whole = { disabledReason: null, disabledAt: null, failingSince: null, attempts: 0 }
    await this.#set(id, { state: 'ENABLED', ...changed(updatedAt), ...whole })
  }

  /**
   * Begins anew after a place. Who is sending at this moment is not believed any more, and kept company by nobody: its
   * claim stands until it ends.
   */
  async beginAfter(id: Uuid, position: bigint): Promise<void> {
    await this.#set(id, { position, attempts: 0, claimId: null })
  }

  /** When the next delivery is tried. */
  async schedule(id: Uuid, nextAttemptAt: Date): Promise<void> {
    await this.#set(id, { nextAttemptAt })
  }

  async insertSecret(endpoint: Uuid, { id, sealed }: Omit<SealedSecret, 'expiresAt'>, createdAt: Date): Promise<void> {
    const { keyId, wrappedKey, ciphertext } = sealed
    const bytes = { wrappedKey: Uint8Array.from(wrappedKey), ciphertext: Uint8Array.from(ciphertext) }
    await this.#db.webhookSecret.createMany({
      data: [{ ...this.#scope.columns, endpointId: endpoint, id, keyId, ...bytes, createdAt }],
    })
  }

  /** Those that sign at a moment, the current one first. */
  async secretsAt(endpoint: Uuid, at: Date): Promise<readonly SealedSecret[]> {
    const rows = await this.#db.webhookSecret.findMany({
      where: { ...this.#scope.columns, endpointId: endpoint, OR: [{ expiresAt: null }, { expiresAt: { gt: at } }] },
      orderBy: { createdAt: 'desc' },
    })
    return rows.map(({ id, expiresAt, keyId, wrappedKey, ciphertext }) => ({
      id: uuidColumn(id),
      sealed: { keyId, wrappedKey, ciphertext },
      expiresAt,
    }))
  }

  /** The current secret ends at a moment, and those that were rotated before it end now and are forgotten. */
  async retireSecrets(endpoint: Uuid, expiresAt: Date): Promise<void> {
    const where = { ...this.#scope.columns, endpointId: endpoint }
    await this.#db.webhookSecret.deleteMany({ where: { ...where, expiresAt: { not: null } } })
    await this.#db.webhookSecret.updateMany({ where: { ...where, expiresAt: null }, data: { expiresAt } })
  }

  async #set(id: Uuid, data: Parameters<Transaction['webhookEndpoint']['updateMany']>[0]['data']): Promise<void> {
    await this.#db.webhookEndpoint.updateMany({ where: this.#one(id), data })
  }

  #one(id: Uuid) {
    return { ...this.#scope.columns, id }
  }
}

/** The webhook endpoints of several organizations at once, to list them. */
export class WebhookEndpointSetRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationSetScope

  constructor(db: Transaction, scope: OrganizationSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** All of them, by age: an organization has few. */
  async all(): Promise<readonly WebhookEndpoint[]> {
    const rows = await this.#db.webhookEndpoint.findMany({
      where: { orgId: { in: this.#scope.organizations.map(({ organizationId }) => organizationId) } },
      orderBy: { id: 'asc' },
    })
    return rows.map(toEndpoint)
  }

  /** Until when the secret before the current one signs beside it, by endpoint. */
  async overlaps(endpoints: readonly WebhookEndpointId[], at: Date): Promise<ReadonlyMap<string, Date>> {
    const rows = await this.#db.webhookSecret.findMany({
      where: {
        OR: this.#scope.organizations.map(({ columns, organizationId }) => ({
          ...columns,
          endpointId: { in: endpoints.filter(({ scope }) => scope === organizationId).map(({ local }) => local) },
        })),
        expiresAt: { gt: at },
      },
      select: { orgId: true, endpointId: true, expiresAt: true },
    })
    return new Map(
      rows.flatMap(({ orgId, endpointId: id, expiresAt }) =>
        expiresAt === null ? [] : [[endpointId(uuidColumn(orgId), uuidColumn(id)).text, expiresAt] as const],
      ),
    )
  }
}
