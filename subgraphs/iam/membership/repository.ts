import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { selfId, type Uuid } from '../../../platform/ids/id.ts'
import type { OrganizationScope, ProjectScope } from '../../../platform/access/scope.ts'
import { idPageQuery, type IdPage } from '../../../platform/graphql/id-page.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { MEMBER_ROLES, type Member, type MemberRole } from './model.ts'

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

const toMember = ({ id, role, createdAt, user }: MembershipRow): MemberRow => ({
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
const WITH_USER = { user: { select: { id: true, displayName: true, email: true } } }

export interface NewMembership {
  readonly id: Uuid
  readonly userId: Uuid
  readonly role: MemberRole
  readonly createdAt: Date
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

  async insert(membership: NewMembership): Promise<void> {
    await this.#db.organizationMembership.createMany({ data: [{ ...this.#scope.columns, ...membership }] })
  }
}

export class ProjectMembershipRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  async page(page: IdPage): Promise<MemberRow[]> {
    const query = idPageQuery(page)
    const rows = await this.#db.projectMembership.findMany({
      ...query,
      where: { ...this.#scope.columns, ...ACTIVE, ...query.where },
      include: WITH_USER,
    })
    return rows.map(toMember)
  }
}
