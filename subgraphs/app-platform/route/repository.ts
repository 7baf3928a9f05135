import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { isForeignKeyViolation } from '../../../platform/database/faults.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId, type ProjectId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { EnvironmentId } from '../environment/model.ts'
import { readPages, withIds, type ChildList } from '../../../platform/database/pages.ts'
import { countPages } from '../../../platform/database/totals.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { ROUTE_AUTH_MODES, ROUTE_FAMILIES, type Route, type RouteId } from './model.ts'

interface RouteRow {
  readonly projectId: string
  readonly id: string
  readonly environmentId: string
  readonly hostname: string
  readonly endpoint: string
  readonly authMode: string
  readonly routeFamily: string
  readonly proxyPool: string
  readonly version: number
  readonly createdAt: Date
}

const known = <T extends string>(values: readonly T[], text: string): T => {
  const value = values.find((candidate) => candidate === text)
  if (value === undefined) throw new Error(`app_platform holds a route with the unknown value ${text}`)
  return value
}

const toRoute = (row: RouteRow): Route => {
  const { projectId, id, environmentId, authMode, routeFamily, ...written } = row
  const project = uuidColumn(projectId)
  return {
    hostname: written.hostname,
    endpoint: written.endpoint,
    proxyPool: written.proxyPool,
    version: written.version,
    createdAt: written.createdAt,
    id: ownedId('rte', project, uuidColumn(id)),
    environmentId: ownedId('env', project, uuidColumn(environmentId)),
    authMode: known(ROUTE_AUTH_MODES, authMode),
    routeFamily: known(ROUTE_FAMILIES, routeFamily),
  }
}

const listOf = (parent: Prisma.Sql): ChildList => ({
  table: Prisma.sql`app_platform.routes`,
  columns: Prisma.sql`
    c.project_id AS "projectId", c.id, c.environment_id AS "environmentId", c.hostname, c.endpoint,
    c.auth_mode AS "authMode", c.route_family AS "routeFamily", c.proxy_pool AS "proxyPool", c.version,
    c.created_at AS "createdAt"`,
  parent,
  order: 'oldest-first',
})

const OF_ENVIRONMENT = listOf(Prisma.sql`environment_id`)
const OF_PROJECT = listOf(Prisma.sql`project_id`)

/** The routes of one project, to change them. */
export class RouteRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  /**
   * Takes the hostname in one statement: of all who want it, in any organization, one gets it. Who has it is not read,
   * so there is nothing to tell (R50).
   */
  async insert(route: Route): Promise<Result<undefined, 'HOSTNAME_TAKEN' | 'ENVIRONMENT_NOT_FOUND'>> {
    const { id, environmentId, ...columns } = route
    const row = { ...this.#scope.columns, ...columns, id: id.local, environmentId: environmentId.local }
    try {
      const { count } = await this.#db.route.createMany({ data: [row], skipDuplicates: true })
      return count === 1 ? ok(undefined) : err('HOSTNAME_TAKEN')
    } catch (error) {
      if (isForeignKeyViolation(error)) return err('ENVIRONMENT_NOT_FOUND')
      throw error
    }
  }
}

/** The routes of several projects at once, to read them. */
export class RouteSetRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those that exist, in no order. */
  async findAll(ids: readonly RouteId[]): Promise<Route[]> {
    const rows = await this.#db.route.findMany({ where: withIds(this.#scope, ids) })
    return rows.map(toRoute)
  }

  /** The same page of every environment. */
  async pagesOfEnvironments(environments: readonly EnvironmentId[], page: IdPage): Promise<Route[]> {
    const rows = await readPages<RouteRow>(this.#db, this.#scope, OF_ENVIRONMENT, environments, page)
    return rows.map(toRoute)
  }

  /** How many there are of every one, by the text of its id. */
  totalsOfEnvironments(environments: readonly EnvironmentId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, OF_ENVIRONMENT, environments)
  }

  /** The same page of every project. */
  async pagesOfProjects(projects: readonly ProjectId[], page: IdPage): Promise<Route[]> {
    const rows = await readPages<RouteRow>(this.#db, this.#scope, OF_PROJECT, projects, page)
    return rows.map(toRoute)
  }

  /** How many there are of every one, by the text of its id. */
  totalsOfProjects(projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, OF_PROJECT, projects)
  }
}
