import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Sealed } from '../../../platform/crypto/envelope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { isForeignKeyViolation } from '../../../platform/database/faults.ts'
import { readPages, withIds, type ChildList } from '../../../platform/database/pages.ts'
import { countPages } from '../../../platform/database/totals.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { EnvironmentId } from '../environment/model.ts'
import type { Secret, SecretId, SecretKey } from './model.ts'

interface SecretRow {
  readonly projectId: string
  readonly environmentId: string
  readonly id: string
  readonly name: string
  readonly currentVersion: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

const toSecret = (row: SecretRow): Secret => {
  const project = uuidColumn(row.projectId)
  return {
    id: ownedId('sec', project, uuidColumn(row.id)),
    environmentId: ownedId('env', project, uuidColumn(row.environmentId)),
    name: row.name,
    version: row.currentVersion,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }
}

const COLUMNS = Prisma.sql`
  c.project_id AS "projectId", c.environment_id AS "environmentId", c.id, c.name, c.current_version AS "currentVersion",
  c.created_at AS "createdAt", c.updated_at AS "updatedAt"`

const OF_ENVIRONMENT: ChildList = {
  table: Prisma.sql`app_platform.secrets`,
  columns: COLUMNS,
  parent: Prisma.sql`environment_id`,
  order: 'oldest-first',
}

/** The secrets of one project, each under the whole key of its environment. */
export class SecretRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  #where(environmentId: EnvironmentId, key: SecretKey) {
    const named = key.by === 'id' ? { id: key.id.local } : { name: key.name }
    return { ...this.#scope.columns, environmentId: environmentId.local, ...named }
  }

  async find(environmentId: EnvironmentId, key: SecretKey): Promise<Secret | undefined> {
    const row = await this.#db.secret.findFirst({ where: this.#where(environmentId, key) })
    return row ? toSecret(row) : undefined
  }

  /**
   * Makes the secret, or counts its next version, in one statement: of several who put one name at once, each gets a
   * version of its own. Undefined when the project has no such environment.
   */
  async advance(wanted: Omit<Secret, 'version' | 'updatedAt'>): Promise<Secret | undefined> {
    const { orgId, projectId } = this.#scope.columns
    const { id, environmentId, name, createdAt } = wanted
    try {
      const rows = await this.#db.$queryRaw<SecretRow[]>`
        INSERT INTO app_platform.secrets AS c
          (org_id, project_id, environment_id, id, name, current_version, created_at, updated_at)
        VALUES (${orgId}::uuid, ${projectId}::uuid, ${environmentId.local}::uuid, ${id.local}::uuid, ${name}, 1,
          ${createdAt}::timestamptz, ${createdAt}::timestamptz)
        ON CONFLICT (org_id, project_id, environment_id, name)
        DO UPDATE SET current_version = c.current_version + 1, updated_at = excluded.updated_at
        RETURNING ${COLUMNS}`
      return rows.map(toSecret)[0]
    } catch (error) {
      if (isForeignKeyViolation(error)) return undefined
      throw error
    }
  }

  /** Keeps what the current version of a secret is. */
  async insertVersion({ id, environmentId, version, updatedAt }: Secret, sealed: Sealed): Promise<void> {
    await this.#db.secretVersion.createMany({
      data: [
        {
          ...this.#scope.columns,
          environmentId: environmentId.local,
          secretId: id.local,
          version,
          keyId: sealed.keyId,
          wrappedKey: Uint8Array.from(sealed.wrappedKey),
          ciphertext: Uint8Array.from(sealed.ciphertext),
          createdAt: updatedAt,
        },
      ],
    })
  }

  /** What the version that the secret names is, as it is kept. Undefined when the secret was deleted meanwhile. */
  async findSealed({ id, environmentId, version }: Secret): Promise<Sealed | undefined> {
    const row = await this.#db.secretVersion.findFirst({
      where: { ...this.#scope.columns, environmentId: environmentId.local, secretId: id.local, version },
      select: { keyId: true, wrappedKey: true, ciphertext: true },
    })
    return row ?? undefined
  }

  /** Its versions go with it. False when it was gone already. */
  async delete({ id, environmentId }: Secret): Promise<boolean> {
    const { count } = await this.#db.secret.deleteMany({ where: this.#where(environmentId, { by: 'id', id }) })
    return count === 1
  }
}

/** The secrets of several projects at once, to list them. What they are is not within its reach. */
export class SecretSetRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those that exist, in no order. */
  async findAll(ids: readonly SecretId[]): Promise<Secret[]> {
    const rows = await this.#db.secret.findMany({ where: withIds(this.#scope, ids) })
    return rows.map(toSecret)
  }

  /** The same page of every environment. */
  async pages(environments: readonly EnvironmentId[], page: IdPage): Promise<Secret[]> {
    const rows = await readPages<SecretRow>(this.#db, this.#scope, OF_ENVIRONMENT, environments, page)
    return rows.map(toSecret)
  }

  /** How many there are of every one, by the text of its id. */
  totals(environments: readonly EnvironmentId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, OF_ENVIRONMENT, environments)
  }
}
