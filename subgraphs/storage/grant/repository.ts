import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { isForeignKeyViolation } from '../../../platform/database/faults.ts'
import { readPages, type ChildList } from '../../../platform/database/pages.ts'
import { countPages } from '../../../platform/database/totals.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId, type ProjectId, type Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import {
  projectIdOf,
  STORAGE_RIGHTS,
  type SharedBucket,
  type StorageGrant,
  type StorageGrantId,
  type StorageRights,
} from './model.ts'
import type { BucketId } from '../bucket/model.ts'

interface GrantRow {
  projectId: string
  id: string
  bucketId: string
  subjectProjectId: string
  rights: string
  createdAt: Date
  expiresAt: Date | null
  revokedAt: Date | null
}

const uuidOf = (column: string): Uuid => uuidColumn(column) // PostgreSQL writes the canonical lower-case form

const toRights = (text: string): StorageRights => {
  const rights = STORAGE_RIGHTS.find((known) => known === text)
  if (rights === undefined) throw new Error(`storage holds a grant with the unknown rights ${text}`)
  return rights
}

const toGrant = (row: GrantRow): StorageGrant => {
  const owner = uuidOf(row.projectId)
  return {
    id: ownedId('sgr', owner, uuidOf(row.id)),
    ownerProjectId: projectIdOf(owner),
    subjectProjectId: projectIdOf(uuidOf(row.subjectProjectId)),
    bucketId: ownedId('bkt', owner, uuidOf(row.bucketId)),
    rights: toRights(row.rights),
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    revokedAt: row.revokedAt,
  }
}

interface SharedRow extends GrantRow {
  /** The bucket's. */
  name: string
}

const toSharedBucket = (row: SharedRow): SharedBucket => {
  const { id: grantId, subjectProjectId, bucketId, ownerProjectId, rights, expiresAt } = toGrant(row)
  return { grantId, subjectProjectId, bucketId, name: row.name, ownerProjectId, rights, expiresAt }
}

export class StorageGrantRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  /** A grant that this project gave. */
  async find(id: StorageGrantId): Promise<StorageGrant | undefined> {
    const row = await this.#db.storageGrant.findFirst({ where: { ...this.#scope.columns, id: id.local } })
    return row ? toGrant(row) : undefined
  }

  /** The grant in force with exactly these terms, if there is one. */
  async findSame(grant: StorageGrant): Promise<StorageGrant | undefined> {
    const row = await this.#db.storageGrant.findFirst({
      where: {
        ...this.#scope.columns,
        bucketId: grant.bucketId.local,
        subjectProjectId: grant.subjectProjectId.local,
        rights: grant.rights,
        expiresAt: grant.expiresAt,
        revokedAt: null,
      },
    })
    return row ? toGrant(row) : undefined
  }

  /** False when the owner's organization has no such project: the composite foreign keys refuse any other subject. */
  async insert(grant: StorageGrant): Promise<boolean> {
    try {
      await this.#db.storageGrant.createMany({ data: [this.#toRow(grant)] })
      return true
    } catch (error) {
      if (isForeignKeyViolation(error)) return false
      throw error
    }
  }

  #toRow({ id, bucketId, subjectProjectId, rights, createdAt, expiresAt, revokedAt }: StorageGrant) {
    return {
      ...this.#scope.columns,
      id: id.local,
      bucketId: bucketId.local,
      subjectOrgId: this.#scope.organizationId,
      subjectProjectId: subjectProjectId.local,
      rights,
      createdAt,
      expiresAt,
      revokedAt,
    }
  }

  /** False when somebody else ended it first. */
  async end({ id, revokedAt }: StorageGrant): Promise<boolean> {
    const { count } = await this.#db.storageGrant.updateMany({
      where: { ...this.#scope.columns, id: id.local, revokedAt: null },
      data: { revokedAt },
    })
    return count === 1
  }
}

const OF_BUCKET: ChildList = {
  table: Prisma.sql`storage.grants`,
  columns: Prisma.sql`c.project_id AS "projectId", c.id, c.bucket_id AS "bucketId", c.subject_project_id AS "subjectProjectId",
    c.rights, c.created_at AS "createdAt", c.expires_at AS "expiresAt", c.revoked_at AS "revokedAt"`,
  parent: Prisma.sql`bucket_id`,
  order: 'oldest-first',
}

/**
 * The buckets that grants in force let a project use, as a list of that project. In one statement: a grant that ends
 * meanwhile, or by the database's clock and not yet by ours, takes its bucket along and leaves the rest of the list.
 */
const sharedWith = (at: Date): ChildList => ({
  table: Prisma.sql`(
    SELECT g.subject_org_id AS org_id, g.subject_project_id AS project_id, g.id, g.project_id AS owner, g.bucket_id,
      g.rights, g.created_at, g.expires_at, g.revoked_at, b.name
    FROM storage.grants g
    JOIN storage.buckets b ON b.org_id = g.org_id AND b.project_id = g.project_id AND b.id = g.bucket_id
    WHERE g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > greatest(${at}::timestamptz, now())))`,
  columns: Prisma.sql`c.owner AS "projectId", c.id, c.bucket_id AS "bucketId", c.project_id AS "subjectProjectId",
    c.rights, c.created_at AS "createdAt", c.expires_at AS "expiresAt", c.revoked_at AS "revokedAt", c.name`,
  parent: Prisma.sql`project_id`,
  order: 'oldest-first',
})

/** The grants that several projects gave or were given, to read them. */
export class StorageGrantSetRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** The same page of every bucket. */
  async pages(buckets: readonly BucketId[], page: IdPage): Promise<StorageGrant[]> {
    const rows = await readPages<GrantRow>(this.#db, this.#scope, OF_BUCKET, buckets, page)
    return rows.map(toGrant)
  }

  /** How many there are of every one, by the text of its id. */
  totals(buckets: readonly BucketId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, OF_BUCKET, buckets)
  }

  /** The same page of the buckets that every project may use besides its own. */
  async pagesOfShared(at: Date, projects: readonly ProjectId[], page: IdPage): Promise<SharedBucket[]> {
    const rows = await readPages<SharedRow>(this.#db, this.#scope, sharedWith(at), projects, page)
    return rows.map(toSharedBucket)
  }

  /** How many buckets every project may use besides its own, by the text of its id. */
  totalsOfShared(at: Date, projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, sharedWith(at), projects)
  }
}
