import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { selfId } from '../../../platform/ids/id.ts'
import type { OrganizationScope, OrganizationSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import type { NewOrganization, Organization } from './model.ts'

interface OrganizationRow {
  id: string
  slug: string
  name: string
  createdAt: Date
}

const toOrganization = ({ id, ...rest }: OrganizationRow): Organization => ({
  id: selfId('org', uuidColumn(id)),
  ...rest,
})

export class OrganizationRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationScope

  constructor(db: Transaction, scope: OrganizationScope) {
    this.#db = db
    this.#scope = scope
  }

  async find(): Promise<Organization | undefined> {
    const row = await this.#db.organization.findFirst({ where: { id: this.#scope.organizationId } })
    return row ? toOrganization(row) : undefined
  }

  /** False when another organization has the slug. */
  async insert({ id, ...organization }: NewOrganization): Promise<boolean> {
    const { count } = await this.#db.organization.createMany({
      data: [{ id: id.local, ...organization }],
      skipDuplicates: true,
    })
    return count === 1
  }

  /** False when it is suspended already. */
  async suspend(at: Date): Promise<boolean> {
    await this.#operate()
    const where = { id: this.#scope.organizationId, suspendedAt: null }
    return (await this.#db.organization.updateMany({ where, data: { suspendedAt: at } })).count === 1
  }

  /** False when it is not suspended. */
  async resume(): Promise<boolean> {
    await this.#operate()
    const where = { id: this.#scope.organizationId, suspendedAt: { not: null } }
    return (await this.#db.organization.updateMany({ where, data: { suspendedAt: null } })).count === 1
  }

  /** Until the transaction ends the organization may be changed (policy `operated`): no other unit of work can. */
  async #operate(): Promise<void> {
    await this.#db.$executeRaw`select set_config('app.operated', ${this.#scope.organizationId}, true)`
  }
}

/** Several organizations at once, to read them. */
export class OrganizationSetRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationSetScope

  constructor(db: Transaction, scope: OrganizationSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those of the set that exist, in no order. */
  async all(): Promise<Organization[]> {
    const ids = this.#scope.organizations.map(({ organizationId }) => organizationId)
    const rows = await this.#db.organization.findMany({ where: { id: { in: ids } } })
    return rows.map(toOrganization)
  }
}
