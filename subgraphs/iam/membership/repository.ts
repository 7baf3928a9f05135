import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { selfId, type ProjectId, type Uuid } from '../../../platform/ids/id.ts'
import type {
  OrganizationScope,
  OrganizationSetScope,
  ProjectScope,
  ProjectSetScope,
} from '../../../platform/access/scope.ts'
import { idPageQuery, type IdPage } from '../../../platform/graphql/id-page.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { readPages, type ChildList } from '../../../platform/database/pages.ts'
import { countOfOrganizations, countPages } from '../../../platform/database/totals.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
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

interface ProjectMemberRow {
  projectId: string
  id: string
  role: string
  createdAt: Date
  userId: string
  displayName: string
  email: string
}

const OF_PROJECT: ChildList = {
  table: Prisma.sql`(SELECT m.*, u.display_name, u.email
    FROM iam.project_memberships m JOIN iam.users u ON u.id = m.user_id WHERE m.deleted_at IS NULL)`,
  columns: Prisma.sql`c.project_id AS "projectId", c.id, c.role, c.created_at AS "createdAt",
    c.user_id AS "userId", c.display_name AS "displayName", c.email`,
  parent: Prisma.sql`project_id`,
  order: 'oldest-first',
}

const ACTIVE_MEMBERS = Prisma.sql`(SELECT m.* FROM iam.organization_memberships m
  JOIN iam.users u ON u.id = m.user_id WHERE m.deleted_at IS NULL)`

/** The members of several organizations at once. */
export class OrganizationSetMembershipRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationSetScope

  constructor(db: Transaction, scope: OrganizationSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** How many each organization has. */
  totals(): Promise<ReadonlyMap<Uuid, number>> {
    return countOfOrganizations(this.#db, this.#scope, ACTIVE_MEMBERS)
  }
}

/** Who was added to each of several projects, to read them. */
export class ProjectSetMembershipRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** The same page of every project. */
  async pages(projects: readonly ProjectId[], page: IdPage): Promise<(MemberRow & { project: ProjectId })[]> {
    const rows = await readPages<ProjectMemberRow>(this.#db, this.#scope, OF_PROJECT, projects, page)
    return rows.map(({ projectId, userId, displayName, email, ...membership }) => ({
      ...toMember({ ...membership, user: { id: userId, displayName, email } }),
      project: selfId('prj', uuidColumn(projectId)),
    }))
  }

  /** How many members every project has, by the text of its id. */
  totals(projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, OF_PROJECT, projects)
  }
}
