import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId, type ProjectId } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { readPages, withIds, type ChildList } from '../../../platform/database/pages.ts'
import { countPages } from '../../../platform/database/totals.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { App, AppId } from './model.ts'

interface AppRow {
  readonly projectId: string
  readonly id: string
  readonly name: string
  readonly createdAt: Date
}

const toApp = ({ projectId, id, name, createdAt }: AppRow): App => ({
  id: ownedId('app', uuidColumn(projectId), uuidColumn(id)),
  name,
  createdAt,
})

const OF_PROJECT: ChildList = {
  table: Prisma.sql`app_platform.apps`,
  columns: Prisma.sql`c.project_id AS "projectId", c.id, c.name, c.created_at AS "createdAt"`,
  parent: Prisma.sql`project_id`,
  order: 'oldest-first',
}

/** The apps of one project, to change them. */
export class AppRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  /** False when the project has an app of this name. */
  async insert({ id, name, createdAt }: App): Promise<boolean> {
    const { count } = await this.#db.app.createMany({
      data: [{ ...this.#scope.columns, id: id.local, name, createdAt }],
      skipDuplicates: true,
    })
    return count === 1
  }
}

/** The apps of several projects at once, to read them. */
export class AppSetRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those that exist, in no order. */
  async findAll(ids: readonly AppId[]): Promise<App[]> {
    const rows = await this.#db.app.findMany({ where: withIds(this.#scope, ids) })
    return rows.map(toApp)
  }

  /** The same page of every project. */
  async pages(projects: readonly ProjectId[], page: IdPage): Promise<App[]> {
    const rows = await readPages<AppRow>(this.#db, this.#scope, OF_PROJECT, projects, page)
    return rows.map(toApp)
  }

  /** How many there are of every one, by the text of its id. */
  totals(projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, OF_PROJECT, projects)
  }
}
