import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { PepperedHash } from '../../../platform/crypto/peppers.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { readPages, type ChildList } from '../../../platform/database/pages.ts'
import { countPages } from '../../../platform/database/totals.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId, type Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { ServiceAccountId } from '../service-account/model.ts'
import type { ApiKey, ApiKeyId } from './model.ts'

interface ApiKeyRow {
  projectId: string
  id: string
  serviceAccountId: string
  lastFour: string
  capabilities: string[]
  createdBy: string
  createdAt: Date
  expiresAt: Date
  overlapEndsAt: Date | null
  revokedAt: Date | null
}

const toApiKey = ({ projectId, id, serviceAccountId, ...key }: ApiKeyRow): ApiKey => ({
  id: ownedId('key', uuidColumn(projectId), uuidColumn(id)),
  serviceAccountId: ownedId('sva', uuidColumn(projectId), uuidColumn(serviceAccountId)),
  lastFour: key.lastFour,
  capabilities: key.capabilities,
  createdBy: key.createdBy,
  createdAt: key.createdAt,
  expiresAt: key.expiresAt,
  overlapEndsAt: key.overlapEndsAt,
  revokedAt: key.revokedAt,
})

/** Every column but the hash, which no read of iam's needs. */
const COLUMNS = {
  projectId: true,
  id: true,
  serviceAccountId: true,
  lastFour: true,
  capabilities: true,
  createdBy: true,
  createdAt: true,
  expiresAt: true,
  overlapEndsAt: true,
  revokedAt: true,
} as const

const liveAt = (now: Date) => ({
  revokedAt: null,
  expiresAt: { gt: now },
  OR: [{ overlapEndsAt: null }, { overlapEndsAt: { gt: now } }],
})

/** The API keys of one project's service accounts. */
export class ApiKeyRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  async find(id: Uuid): Promise<ApiKey | undefined> {
    const row = await this.#db.apiKey.findFirst({ where: { ...this.#scope.columns, id }, select: COLUMNS })
    return row ? toApiKey(row) : undefined
  }

  /** The keys of an account that let it in now. */
  async live(serviceAccountId: Uuid, now: Date): Promise<ApiKeyId[]> {
    const where = { ...this.#scope.columns, serviceAccountId, ...liveAt(now) }
    return (await this.#db.apiKey.findMany({ where, select: COLUMNS })).map((row) => toApiKey(row).id)
  }

  /** How many let the account in; until the unit ends nobody else counts for it, so that two do not both fit. */
  async countLiveForInsert(serviceAccountId: Uuid, now: Date): Promise<number> {
    const name = `api-keys:${serviceAccountId}`
    await this.#db.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`
    return this.#db.apiKey.count({ where: { ...this.#scope.columns, serviceAccountId, ...liveAt(now) } })
  }

  async insert({ id, serviceAccountId, capabilities, ...key }: ApiKey, { hash, pepperId }: PepperedHash) {
    const row = {
      ...this.#scope.columns,
      ...key,
      id: id.local,
      serviceAccountId: serviceAccountId.local,
      capabilities: [...capabilities],
      secretHash: Uint8Array.from(hash),
      pepperId,
    }
    await this.#db.apiKey.createMany({ data: [row] })
  }

  /** False when it was rotated or revoked by somebody else meanwhile. */
  async beginOverlap(id: Uuid, overlapEndsAt: Date): Promise<boolean> {
    const where = { ...this.#scope.columns, id, revokedAt: null, overlapEndsAt: null }
    return (await this.#db.apiKey.updateMany({ where, data: { overlapEndsAt } })).count === 1
  }

  /** False when it was revoked already. */
  async revoke(id: Uuid, at: Date): Promise<boolean> {
    const where = { ...this.#scope.columns, id, revokedAt: null }
    return (await this.#db.apiKey.updateMany({ where, data: { revokedAt: at } })).count === 1
  }

  async revokeAll(serviceAccountId: Uuid, at: Date): Promise<void> {
    const where = { ...this.#scope.columns, serviceAccountId, revokedAt: null }
    await this.#db.apiKey.updateMany({ where, data: { revokedAt: at } })
  }
}

const OF_ACCOUNT: ChildList = {
  table: Prisma.sql`iam.api_keys`,
  columns: Prisma.sql`c.project_id AS "projectId", c.id, c.service_account_id AS "serviceAccountId",
    c.last_four AS "lastFour", c.capabilities, c.created_by AS "createdBy", c.created_at AS "createdAt",
    c.expires_at AS "expiresAt", c.overlap_ends_at AS "overlapEndsAt", c.revoked_at AS "revokedAt"`,
  parent: Prisma.sql`service_account_id`,
  order: 'oldest-first',
}

/** The API keys of several projects at once, to read them. */
export class ApiKeySetRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** The same page of every account. */
  async pages(accounts: readonly ServiceAccountId[], page: IdPage): Promise<ApiKey[]> {
    const rows = await readPages<ApiKeyRow>(this.#db, this.#scope, OF_ACCOUNT, accounts, page)
    return rows.map(toApiKey)
  }

  /** How many there are of every one, by the text of its id. */
  totals(accounts: readonly ServiceAccountId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, OF_ACCOUNT, accounts)
  }
}
