import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { isForeignKeyViolation } from '../../../platform/database/faults.ts'
import { readPages, type ChildList } from '../../../platform/database/pages.ts'
import { countPages } from '../../../platform/database/totals.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId, type ProjectId, type Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { DepartmentId } from '../department/model.ts'
import type { ServiceAccount } from './model.ts'

interface ServiceAccountRow {
  orgId: string
  projectId: string
  id: string
  departmentId: string
  name: string
  createdAt: Date
  suspendedAt: Date | null
}

const toServiceAccount = (row: ServiceAccountRow): ServiceAccount => ({
  id: ownedId('sva', uuidColumn(row.projectId), uuidColumn(row.id)),
  departmentId: ownedId('dep', uuidColumn(row.orgId), uuidColumn(row.departmentId)),
  name: row.name,
  createdAt: row.createdAt,
  suspendedAt: row.suspendedAt,
})

const NOT_DELETED = { deletedAt: null }

/** The service accounts of one project; deleted ones are not there. */
export class ServiceAccountRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  async find(id: Uuid): Promise<ServiceAccount | undefined> {
    const row = await this.#db.serviceAccount.findFirst({ where: this.#one(id) })
    return row ? toServiceAccount(row) : undefined
  }

  /** The department of the project itself. */
  async projectDepartment(): Promise<DepartmentId | undefined> {
    const { organizationId, projectId } = this.#scope
    const row = await this.#db.project.findFirst({ where: { orgId: organizationId, id: projectId } })
    return row ? ownedId('dep', organizationId, uuidColumn(row.departmentId)) : undefined
  }

  /** How many there are; until the unit ends nobody else counts in this project, so that two do not both fit. */
  async countForInsert(): Promise<number> {
    const name = `service-accounts:${this.#scope.projectId}`
    await this.#db.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`
    return this.#db.serviceAccount.count({ where: { ...this.#scope.columns, ...NOT_DELETED } })
  }

  async insert(account: ServiceAccount): Promise<'INSERTED' | 'NAME_TAKEN' | 'DEPARTMENT_NOT_FOUND'> {
    const { id, departmentId, name, createdAt } = account
    try {
      const { count } = await this.#db.serviceAccount.createMany({
        data: [{ ...this.#scope.columns, id: id.local, departmentId: departmentId.local, name, createdAt }],
        skipDuplicates: true,
      })
      return count === 1 ? 'INSERTED' : 'NAME_TAKEN'
    } catch (error) {
      if (isForeignKeyViolation(error)) return 'DEPARTMENT_NOT_FOUND'
      throw error
    }
  }

  /** False when it was suspended, or deleted, by somebody else meanwhile. */
  async suspend(id: Uuid, at: Date): Promise<boolean> {
    const where = { ...this.#one(id), suspendedAt: null }
    return (await this.#db.serviceAccount.updateMany({ where, data: { suspendedAt: at } })).count === 1
  }

  /** False when it was not suspended. */
  async resume(id: Uuid): Promise<boolean> {
    const where = { ...this.#one(id), suspendedAt: { not: null } }
    return (await this.#db.serviceAccount.updateMany({ where, data: { suspendedAt: null } })).count === 1
  }

  /** False when there is none. */
  async delete(id: Uuid, at: Date): Promise<boolean> {
    return (await this.#db.serviceAccount.updateMany({ where: this.#one(id), data: { deletedAt: at } })).count === 1
  }

  #one(id: Uuid) {
    return { ...this.#scope.columns, id, ...NOT_DELETED }
  }
}

const OF_PROJECT: ChildList = {
  table: Prisma.sql`(SELECT * FROM iam.service_accounts WHERE deleted_at IS NULL)`,
  columns: Prisma.sql`c.org_id AS "orgId", c.project_id AS "projectId", c.id, c.department_id AS "departmentId", c.name,
    c.created_at AS "createdAt", c.suspended_at AS "suspendedAt"`,
  parent: Prisma.sql`project_id`,
  order: 'oldest-first',
}

/** The service accounts of several projects at once, to read them. */
export class ServiceAccountSetRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** The same page of every project. */
  async pages(projects: readonly ProjectId[], page: IdPage): Promise<ServiceAccount[]> {
    const rows = await readPages<ServiceAccountRow>(this.#db, this.#scope, OF_PROJECT, projects, page)
    return rows.map(toServiceAccount)
  }

  /** How many there are of every one, by the text of its id. */
  totals(projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, OF_PROJECT, projects)
  }
}
