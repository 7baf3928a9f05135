import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { readPages, withIds, type ChildList } from '../../../platform/database/pages.ts'
import { countPages } from '../../../platform/database/totals.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId, type ProjectId } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { Bucket, BucketId } from './model.ts'

interface BucketRow {
  projectId: string
  id: string
  name: string
  createdAt: Date
}

const toBucket = ({ projectId, id, name, createdAt }: BucketRow): Bucket => ({
  id: ownedId('bkt', uuidColumn(projectId), uuidColumn(id)),
  name,
  createdAt,
})

const OF_PROJECT: ChildList = {
  table: Prisma.sql`storage.buckets`,
  columns: Prisma.sql`c.project_id AS "projectId", c.id, c.name, c.created_at AS "createdAt"`,
  parent: Prisma.sql`project_id`,
  order: 'oldest-first',
}

/** The buckets of one project, to change them. */
export class BucketRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Holds a bucket until the transaction ends: its grants are made one after the other. False when there is none. */
  async lock(id: BucketId): Promise<boolean> {
    const { orgId, projectId } = this.#scope.columns
    const rows = await this.#db.$queryRaw<object[]>`
      SELECT 1 FROM storage.buckets
      WHERE org_id = ${orgId}::uuid AND project_id = ${projectId}::uuid AND id = ${id.local}::uuid FOR UPDATE`
    return rows.length === 1
  }

  /** False when the name is taken in this project. */
  async insert({ id, name, createdAt }: Bucket): Promise<boolean> {
    const { count } = await this.#db.bucket.createMany({
      data: [{ ...this.#scope.columns, id: id.local, name, createdAt }],
      skipDuplicates: true,
    })
    return count === 1
  }
}

/** The buckets of several projects at once, to read them. */
export class BucketSetRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those that exist, each in the project that its id names; in no order. */
  async findAll(ids: readonly BucketId[]): Promise<Bucket[]> {
    const rows = await this.#db.bucket.findMany({ where: withIds(this.#scope, ids) })
    return rows.map(toBucket)
  }

  /** The same page of every project. */
  async pages(projects: readonly ProjectId[], page: IdPage): Promise<Bucket[]> {
    const rows = await readPages<BucketRow>(this.#db, this.#scope, OF_PROJECT, projects, page)
    return rows.map(toBucket)
  }

  /** How many there are of every one, by the text of its id. */
  totals(projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, OF_PROJECT, projects)
  }
}
