import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { ownedId, selfId, type Uuid } from '../../../platform/ids/id.ts'
import type {
  OrganizationScope,
  OrganizationSetScope,
  ProjectScope,
  ProjectSetScope,
} from '../../../platform/access/scope.ts'
import { idPageQuery, type IdPage } from '../../../platform/graphql/id-page.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { countOfOrganizations } from '../../../platform/database/totals.ts'
import { COUNT_LIMIT } from '../../../platform/graphql/total-count.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { toDepartment } from '../department/repository.ts'
import type { Project } from './model.ts'

interface ProjectRow {
  orgId: string
  id: string
  departmentId: string
  slug: string
  name: string
  createdAt: Date
}

const toProject = (row: ProjectRow): Project => {
  const organization = uuidColumn(row.orgId)
  return {
    id: selfId('prj', uuidColumn(row.id)),
    organizationId: selfId('org', organization),
    departmentId: ownedId('dep', organization, uuidColumn(row.departmentId)),
    slug: row.slug,
    name: row.name,
    createdAt: row.createdAt,
  }
}

interface ProjectWithDepartmentRow extends ProjectRow {
  departmentName: string
  departmentIsDefault: boolean
  departmentCreatedAt: Date
}

const toProjectWithDepartment = (row: ProjectWithDepartmentRow): Project => ({
  ...toProject(row),
  department: toDepartment({
    orgId: row.orgId,
    id: row.departmentId,
    name: row.departmentName,
    isDefault: row.departmentIsDefault,
    createdAt: row.departmentCreatedAt,
  }),
})

const NOT_ARCHIVED = { archivedAt: null }

/** Projects that the caller may read, whichever their organizations. */
export class ProjectSetRepository {
  readonly #db: Transaction
  readonly #projects: readonly ProjectScope[]

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#projects = scope.projects
  }

  /** By age. */
  async page(page: IdPage): Promise<Project[]> {
    const query = idPageQuery(page)
    const rows = await this.#db.project.findMany({ ...query, where: { ...this.#readable(), AND: query.where } })
    return rows.map(toProject)
  }

  /** No further than `COUNT_LIMIT`. */
  total(): Promise<number> {
    return this.#db.project.count({ where: this.#readable(), take: COUNT_LIMIT })
  }

  /** Those of the set that exist, with their departments, in no order. */
  async all(): Promise<Project[]> {
    const organizations = this.#projects.map(({ organizationId }) => organizationId)
    const locals = this.#projects.map(({ projectId }) => projectId)
    const rows = await this.#db.$queryRaw<ProjectWithDepartmentRow[]>`
      SELECT p.org_id AS "orgId", p.id, p.department_id AS "departmentId", p.slug, p.name, p.created_at AS "createdAt",
        d.name AS "departmentName", d.is_default AS "departmentIsDefault", d.created_at AS "departmentCreatedAt"
      FROM unnest(${organizations}::uuid[], ${locals}::uuid[]) AS wanted (org_id, id)
      JOIN iam.projects p ON p.org_id = wanted.org_id AND p.id = wanted.id AND p.archived_at IS NULL
      JOIN iam.departments d ON d.org_id = p.org_id AND d.id = p.department_id`
    return rows.map(toProjectWithDepartment)
  }

  #readable() {
    return {
      orgId: { in: [...new Set(this.#projects.map(({ organizationId }) => organizationId))] },
      id: { in: this.#projects.map(({ projectId }) => projectId) },
      ...NOT_ARCHIVED,
    }
  }
}

/** The projects of several organizations at once. */
export class OrganizationSetProjectRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationSetScope

  constructor(db: Transaction, scope: OrganizationSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** How many each organization has. */
  totals(): Promise<ReadonlyMap<Uuid, number>> {
    const table = Prisma.sql`(SELECT * FROM iam.projects WHERE archived_at IS NULL)`
    return countOfOrganizations(this.#db, this.#scope, table)
  }
}

/** The projects of one organization. */
export class OrganizationProjectRepository {
  readonly #db: Transaction
  readonly #scope: OrganizationScope

  constructor(db: Transaction, scope: OrganizationScope) {
    this.#db = db
    this.#scope = scope
  }

  /** By age. */
  async page(page: IdPage): Promise<Project[]> {
    const query = idPageQuery(page)
    const rows = await this.#db.project.findMany({
      ...query,
      where: { ...this.#scope.columns, ...NOT_ARCHIVED, ...query.where },
    })
    return rows.map(toProject)
  }

  /** False when another project of the organization has the slug. */
  async insert({ id, departmentId, slug, name, createdAt }: Project): Promise<boolean> {
    const { count } = await this.#db.project.createMany({
      data: [{ ...this.#scope.columns, id: id.local, departmentId: departmentId.local, slug, name, createdAt }],
      skipDuplicates: true,
    })
    return count === 1
  }
}
