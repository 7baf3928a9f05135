import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { isForeignKeyViolation } from '../../../platform/database/faults.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { AppId } from '../app/model.ts'
import { readPages, withIds, type ChildList } from '../../../platform/database/pages.ts'
import { countPages } from '../../../platform/database/totals.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { SIGNATURE_STATUSES, type Release, type ReleaseId, type Sha256Digest, type SignatureStatus } from './model.ts'

interface ReleaseRow {
  readonly projectId: string
  readonly id: string
  readonly appId: string
  readonly imageRepository: string
  readonly imageDigest: string
  readonly manifestHash: string
  readonly signatureStatus: string
  readonly sbomDigest: string | null
  readonly createdAt: Date
}

const toStatus = (text: string): SignatureStatus => {
  const status = SIGNATURE_STATUSES.find((known) => known === text)
  if (status === undefined) throw new Error(`app_platform holds a release with the unknown signature status ${text}`)
  return status
}

const digestOf = (column: string): Sha256Digest => column as Sha256Digest // the table checks its form

const toRelease = (row: ReleaseRow): Release => {
  const project = uuidColumn(row.projectId)
  return {
    id: ownedId('rel', project, uuidColumn(row.id)),
    appId: ownedId('app', project, uuidColumn(row.appId)),
    image: { repository: row.imageRepository, digest: digestOf(row.imageDigest) },
    manifestHash: digestOf(row.manifestHash),
    trust: {
      signatureStatus: toStatus(row.signatureStatus),
      sbomDigest: row.sbomDigest === null ? null : digestOf(row.sbomDigest),
    },
    createdAt: row.createdAt,
  }
}

const OF_APP: ChildList = {
  table: Prisma.sql`app_platform.releases`,
  columns: Prisma.sql`
    c.project_id AS "projectId", c.id, c.app_id AS "appId", c.image_repository AS "imageRepository",
    c.image_digest AS "imageDigest", c.manifest_hash AS "manifestHash", c.signature_status AS "signatureStatus",
    c.sbom_digest AS "sbomDigest", c.created_at AS "createdAt"`,
  parent: Prisma.sql`app_id`,
  order: 'newest-first',
}

/** The releases of one project: added, never changed. */
export class ReleaseRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  async find(id: ReleaseId): Promise<Release | undefined> {
    const row = await this.#db.release.findFirst({ where: { ...this.#scope.columns, id: id.local } })
    return row ? toRelease(row) : undefined
  }

  /** False when the project has no such app. */
  async insert({ id, appId, image, manifestHash, trust, createdAt }: Release): Promise<boolean> {
    try {
      await this.#db.release.createMany({
        data: [
          {
            ...this.#scope.columns,
            id: id.local,
            appId: appId.local,
            imageRepository: image.repository,
            imageDigest: image.digest,
            manifestHash,
            ...trust,
            createdAt,
          },
        ],
      })
      return true
    } catch (error) {
      if (isForeignKeyViolation(error)) return false
      throw error
    }
  }
}

/** The releases of several projects at once, to read them. */
export class ReleaseSetRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those that exist, in no order. */
  async findAll(ids: readonly ReleaseId[]): Promise<Release[]> {
    const rows = await this.#db.release.findMany({ where: withIds(this.#scope, ids) })
    return rows.map(toRelease)
  }

  /** The same page of every app. */
  async pages(apps: readonly AppId[], page: IdPage): Promise<Release[]> {
    const rows = await readPages<ReleaseRow>(this.#db, this.#scope, OF_APP, apps, page)
    return rows.map(toRelease)
  }

  /** How many there are of every one, by the text of its id. */
  totals(apps: readonly AppId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, OF_APP, apps)
  }
}
