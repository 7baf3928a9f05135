import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { selfId, type Uuid } from '../../../platform/ids/id.ts'
import type { OrganizationScope, ProjectScope } from '../../../platform/access/scope.ts'
import { idPageQuery, type IdPage } from '../../../platform/graphql/id-page.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { MEMBER_ROLES, type ActiveMembership, type Member, type MemberRole } from './model.ts'

interface MembershipRow {
  id: string
  role: string
  createdAt: Date
  user: { id: string; displayName: string; email: string }
}

/** A member and the membership's own id, which orders the list. */
export interface MemberRow {
  readonly member: Member
  readonly membership: Uuid
}

const toRole = (text: string): MemberRole => {
  const role = MEMBER_ROLES.find((known) => known === text)
  if (role === undefined) throw new Error(`iam holds a membership with the unknown role ${text}`)
  return role
}

export const toMember = ({ id, role, createdAt, user }: MembershipRow): MemberRow => ({
  membership: uuidColumn(id), // a uuid column, as the user's
  member: {
    userId: selfId('usr', uuidColumn(user.id)),
    displayName: user.displayName,
    email: user.email,
    role: toRole(role),
    since: createdAt,
  },
})

const ACTIVE = { deletedAt: null }
const WITH_USER = { user: { select: { id: true, subject: true, displayName: true, email: true } } }

interface ActiveRow extends MembershipRow {
  user: MembershipRow['user'] & { subject: string }
}

const toActive = ({ id, role, user }: ActiveRow): ActiveMembership => ({
  id: uuidColumn(id),
  role: toRole(role),
  user: { ...user, id: uuidColumn(user.id) },
})

export interface NewMembership {
  readonly id: Uuid
  readonly userId: Uuid
  readonly role: MemberRole
  readonly createdAt: Date
  /** Of a membership that goes on in another role. */
  readonly memberSince?: Date | undefined
}

export class OrganizationMembershipRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationScope

  constructor(db: Transaction, scope: OrganizationScope) {
    this.#db = db
    this.#scope = scope
  }

  async page(page: IdPage): Promise<MemberRow[]> {
    const query = idPageQuery(page)
    const rows = await this.#db.organizationMembership.findMany({
      ...query,
      where: { ...this.#scope.columns, ...ACTIVE, ...query.where },
      include: WITH_USER,
    })
    return rows.map(toMember)
  }

  /**
   * How many organizations the founder owns. Until the unit ends nobody else counts or founds for the same user: two at
   * once would both be the last.
   */
  async countOwnedBy(founder: Uuid): Promise<number> {
    await this.#db.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${founder}, 0))`
    return this.#db.organizationMembership.count({ where: { userId: founder, role: 'owner', ...ACTIVE } })
  }

  async find(userId: Uuid): Promise<ActiveMembership | undefined> {
    const where = { ...this.#scope.columns, ...ACTIVE, userId }
    const row = await this.#db.organizationMembership.findFirst({ where, include: WITH_USER })
    return row ? { ...toActive(row), memberSince: row.memberSince ?? row.createdAt } : undefined
  }

  /** Until the unit ends nobody else changes who owns the organization: two at once would both see the other stay. */
  async lockOwners(): Promise<void> {
    const name = `owners:${this.#scope.organizationId}`
    await this.#db.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`
  }

  /** How many owners there are beside a user; disabled ones own nothing that they could act on. */
  async countOtherOwners(userId: Uuid): Promise<number> {
    return this.#db.organizationMembership.count({
      where: { ...this.#scope.columns, ...ACTIVE, role: 'owner', userId: { not: userId }, user: { disabledAt: null } },
    })
  }

  /** False when the user is a member already. */
  async insert({ memberSince, ...membership }: NewMembership): Promise<boolean> {
    const data = [{ ...this.#scope.columns, ...membership, memberSince: memberSince ?? null }]
    return (await this.#db.organizationMembership.createMany({ data, skipDuplicates: true })).count === 1
  }

  /** False when it had ended already. */
  async end(id: Uuid, at: Date): Promise<boolean> {
    const where = { ...this.#scope.columns, ...ACTIVE, id }
    return (await this.#db.organizationMembership.updateMany({ where, data: { deletedAt: at } })).count === 1
  }
}

export class ProjectMembershipRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  async find(userId: Uuid): Promise<ActiveMembership | undefined> {
    const where = { ...this.#scope.columns, ...ACTIVE, userId }
    const row = await this.#db.projectMembership.findFirst({ where, include: WITH_USER })
    return row ? toActive(row) : undefined
  }

  /** False when the user is a member already. */
  async insert({ memberSince: _, ...membership }: NewMembership): Promise<boolean> {
    const data = [{ ...this.#scope.columns, ...membership }]
    return (await this.#db.projectMembership.createMany({ data, skipDuplicates: true })).count === 1
  }

  /** False when it had ended already. */
  async end(id: Uuid, at: Date): Promise<boolean> {
    const where = { ...this.#scope.columns, ...ACTIVE, id }
    return (await this.#db.projectMembership.updateMany({ where, data: { deletedAt: at } })).count === 1
  }
}
