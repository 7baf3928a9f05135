import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { ownedId, type Uuid } from '../../../platform/ids/id.ts'
import type { OrganizationScope, OrganizationSetScope } from '../../../platform/access/scope.ts'
import { idPageQuery, type IdPage } from '../../../platform/graphql/id-page.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { countOfOrganizations } from '../../../platform/database/totals.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { Department, DepartmentId } from './model.ts'

export interface DepartmentRow {
  orgId: string
  id: string
  name: string
  isDefault: boolean
  createdAt: Date
}

export const toDepartment = ({ orgId, id, ...rest }: DepartmentRow): Department => ({
  id: ownedId('dep', uuidColumn(orgId), uuidColumn(id)),
  name: rest.name,
  isDefault: rest.isDefault,
  createdAt: rest.createdAt,
})

export class DepartmentRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationScope

  constructor(db: Transaction, scope: OrganizationScope) {
    this.#db = db
    this.#scope = scope
  }

  async find(local: Uuid): Promise<Department | undefined> {
    const row = await this.#db.department.findFirst({ where: { ...this.#scope.columns, id: local } })
    return row ? toDepartment(row) : undefined
  }

  async findDefault(): Promise<Department | undefined> {
    const row = await this.#db.department.findFirst({ where: { ...this.#scope.columns, isDefault: true } })
    return row ? toDepartment(row) : undefined
  }

  /** By age: the default department, made with the organization, is the first. */
  async page(page: IdPage): Promise<Department[]> {
    const query = idPageQuery(page)
    const rows = await this.#db.department.findMany({
      ...query,
      where: { ...this.#scope.columns, ...query.where },
    })
    return rows.map(toDepartment)
  }

  async insert({ id, ...department }: Department): Promise<void> {
    await this.#db.department.createMany({ data: [{ ...this.#scope.columns, id: id.local, ...department }] })
  }
}

/** The departments of several organizations at once, to read them. */
export class DepartmentSetRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationSetScope

  constructor(db: Transaction, scope: OrganizationSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those that exist, each in the organization that its id names; in no order. */
  async findAll(ids: readonly DepartmentId[]): Promise<Department[]> {
    const rows = await this.#db.department.findMany({
      where: {
        OR: this.#scope.organizations.map(({ columns, organizationId }) => ({
          ...columns,
          id: { in: ids.filter(({ scope }) => scope === organizationId).map(({ local }) => local) },
        })),
      },
    })
    return rows.map(toDepartment)
  }

  /** How many each organization has. */
  totals(): Promise<ReadonlyMap<Uuid, number>> {
    return countOfOrganizations(this.#db, this.#scope, Prisma.sql`iam.departments`)
  }
}
