import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { idPageQuery, type IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId } from '../../../platform/ids/id.ts'
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

  async page(page: IdPage): Promise<Bucket[]> {
    const query = idPageQuery(page)
    const rows = await this.#db.bucket.findMany({ ...query, where: { ...this.#scope.columns, ...query.where } })
    return rows.map(toBucket)
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

/** Buckets of several projects at once, for look-ups by id. */
export class BucketSetRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those that exist, each in the project that its id names; in no order. */
  async findAll(ids: readonly BucketId[]): Promise<Bucket[]> {
    const rows = await this.#db.bucket.findMany({
      where: {
        OR: this.#scope.projects.map(({ columns, projectId }) => ({
          ...columns,
          id: { in: ids.filter(({ scope }) => scope === projectId).map(({ local }) => local) },
        })),
      },
    })
    return rows.map(toBucket)
  }
}
