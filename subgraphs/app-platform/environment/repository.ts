import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { isForeignKeyViolation } from '../../../platform/database/faults.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { AppId } from '../app/model.ts'
import { readPages, withIds, type ChildList } from '../../../platform/database/pages.ts'
import { countPages } from '../../../platform/database/totals.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { Environment, EnvironmentId } from './model.ts'

interface EnvironmentRow {
  readonly projectId: string
  readonly id: string
  readonly appId: string
  readonly name: string
  readonly currentReleaseId: string | null
  readonly createdAt: Date
}

const toEnvironment = (row: EnvironmentRow): Environment => {
  const project = uuidColumn(row.projectId)
  const { name, currentReleaseId, createdAt } = row
  return {
    id: ownedId('env', project, uuidColumn(row.id)),
    appId: ownedId('app', project, uuidColumn(row.appId)),
    name,
    currentReleaseId: currentReleaseId === null ? null : ownedId('rel', project, uuidColumn(currentReleaseId)),
    createdAt,
  }
}

const COLUMNS = Prisma.sql`
  c.project_id AS "projectId", c.id, c.app_id AS "appId", c.name, c.current_release_id AS "currentReleaseId",
  c.created_at AS "createdAt"`

const OF_APP: ChildList = {
  table: Prisma.sql`app_platform.environments`,
  columns: COLUMNS,
  parent: Prisma.sql`app_id`,
  order: 'oldest-first',
}

/** The environments of one project, to change them. */
export class EnvironmentRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  async find(id: EnvironmentId): Promise<Environment | undefined> {
    const row = await this.#db.environment.findFirst({ where: { ...this.#scope.columns, id: id.local } })
    return row ? toEnvironment(row) : undefined
  }

  /** Holds it until the transaction ends: of two deployments at once the second sees the first. */
  async lock(id: EnvironmentId): Promise<Environment | undefined> {
    const { orgId, projectId } = this.#scope.columns
    const rows = await this.#db.$queryRaw<EnvironmentRow[]>`
      SELECT ${COLUMNS} FROM app_platform.environments c
      WHERE c.org_id = ${orgId}::uuid AND c.project_id = ${projectId}::uuid AND c.id = ${id.local}::uuid FOR UPDATE`
    return rows.map(toEnvironment)[0]
  }

  /** Refused when the app has one of this name, or the project no such app. */
  async insert(environment: Environment): Promise<Result<undefined, 'NAME_TAKEN' | 'APP_NOT_FOUND'>> {
    const { id, appId, name, createdAt } = environment
    try {
      const { count } = await this.#db.environment.createMany({
        data: [{ ...this.#scope.columns, id: id.local, appId: appId.local, name, createdAt }],
        skipDuplicates: true,
      })
      return count === 1 ? ok(undefined) : err('NAME_TAKEN')
    } catch (error) {
      if (isForeignKeyViolation(error)) return err('APP_NOT_FOUND')
      throw error
    }
  }

  /** Writes which release is the current one. */
  async saveRelease({ id, currentReleaseId }: Environment): Promise<void> {
    await this.#db.environment.updateMany({
      where: { ...this.#scope.columns, id: id.local },
      data: { currentReleaseId: currentReleaseId?.local ?? null },
    })
  }
}

/** The environments of several projects at once, to read them. */
export class EnvironmentSetRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those that exist, in no order. */
  async findAll(ids: readonly EnvironmentId[]): Promise<Environment[]> {
    const rows = await this.#db.environment.findMany({ where: withIds(this.#scope, ids) })
    return rows.map(toEnvironment)
  }

  /** The same page of every app. */
  async pages(apps: readonly AppId[], page: IdPage): Promise<Environment[]> {
    const rows = await readPages<EnvironmentRow>(this.#db, this.#scope, OF_APP, apps, page)
    return rows.map(toEnvironment)
  }

  /** How many there are of every one, by the text of its id. */
  totals(apps: readonly AppId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, OF_APP, apps)
  }
}
