import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { selfId, type ProjectId, type Uuid } from '../../../platform/ids/id.ts'
import type { OrganizationSetScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { readPages, type ChildList } from '../../../platform/database/pages.ts'
import { countOfOrganizations, countPages } from '../../../platform/database/totals.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { toMember, type MemberRow } from './repository.ts'

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
