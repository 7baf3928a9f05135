import { ENTRY_COLUMNS, SOURCE_COLUMNS } from '../../../platform/audit/columns.ts'
import { PLATFORM_CHAIN, type SealedEntry, type SourceRow } from '../../../platform/audit/entry.ts'
import type { StoredCheckpoint, TailWitnesses, Verified } from '../../../platform/audit/verify-chain.ts'
import type { OrganizationScope, PlatformScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { countRows } from '../../../platform/database/totals.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { toAuditEntry, type AuditRow } from './rows.ts'
import type { AuditEntry, AuditEntryFilter, AuditEntryId } from './model.ts'

const ENTRY = Prisma.raw(ENTRY_COLUMNS)
/** Of what waits for the sealer, in the shape of what is sealed. */
const WAITING = Prisma.raw(
  `${SOURCE_COLUMNS}, null::float8 as "sequence", null::text as "sealedAt", null::text as "previousHash", null::text as "hash"`,
)
const SOURCE = Prisma.raw(SOURCE_COLUMNS)

const given = <T>(value: T | null | undefined, condition: (value: T) => Prisma.Sql): readonly Prisma.Sql[] =>
  value === null || value === undefined ? [] : [condition(value)]

/** Every condition on a row `e`, beginning with its chain. */
const conditionsOf = (chain: Uuid, filter: AuditEntryFilter, more: readonly Prisma.Sql[]): Prisma.Sql =>
  Prisma.join(
    [
      Prisma.sql`e.org_id = ${chain}::uuid`,
      ...given(filter.action, (action) => Prisma.sql`e.action = ${action}`),
      ...given(filter.actorId, (actor) => Prisma.sql`e.actor_id = ${actor}`),
      ...given(filter.result, (result) => Prisma.sql`e.result = ${result}`),
      ...given(filter.from, (from) => Prisma.sql`e.occurred_at >= ${from}`),
      ...given(filter.to, (to) => Prisma.sql`e.occurred_at < ${to}`),
      ...given(filter.projectId, (project) => Prisma.sql`e.project_id = ${project.local}::uuid`),
      ...more,
    ],
    ' and ',
  )

/** Newest first, or the other way round. */
const WALKS = {
  forward: { beyond: Prisma.sql`<`, order: Prisma.sql`desc` },
  backward: { beyond: Prisma.sql`>`, order: Prisma.sql`asc` },
} as const

/** The audit log of one organization, or the platform's own. Nothing here writes: the sealer does, with its own rights. */
export class AuditRepository {
  readonly #db: Transaction
  readonly #chain: Uuid

  constructor(db: Transaction, scope: OrganizationScope | PlatformScope) {
    this.#db = db
    this.#chain = scope.kind === 'organization' ? scope.organizationId : PLATFORM_CHAIN
  }

  async page(filter: AuditEntryFilter, { direction, fetch, after }: IdPage): Promise<AuditEntry[]> {
    const walk = WALKS[direction]
    const more = given(after, (id) => Prisma.sql`e.id ${walk.beyond} ${id}::uuid`)
    const conditions = conditionsOf(this.#chain, filter, more)
    const rows = await this.#db.$queryRaw<AuditRow[]>`
      (select ${ENTRY} from audit.entries e where ${conditions} order by e.id ${walk.order} limit ${fetch}::int)
      union all
      (select ${WAITING} from audit.waiting(${this.#chain}::uuid) e where ${conditions} order by e.id ${walk.order} limit ${fetch}::int)
      order by "id" ${walk.order} limit ${fetch}::int`
    return rows.map(toAuditEntry)
  }

  /** No further than `COUNT_LIMIT`. */
  total(filter: AuditEntryFilter): Promise<number> {
    const conditions = conditionsOf(this.#chain, filter, [])
    return countRows(
      this.#db,
      Prisma.sql`from (
        select 1 from audit.entries e where ${conditions}
        union all select 1 from audit.waiting(${this.#chain}::uuid) e where ${conditions}) found`,
    )
  }

  async find({ local }: AuditEntryId): Promise<AuditEntry | undefined> {
    const conditions = conditionsOf(this.#chain, {}, [Prisma.sql`e.id = ${local}::uuid`])
    const [row] = await this.#db.$queryRaw<AuditRow[]>`
      select ${ENTRY} from audit.entries e where ${conditions}
      union all select ${WAITING} from audit.waiting(${this.#chain}::uuid) e where ${conditions}`
    return row && toAuditEntry(row)
  }

  /** Where the chain stood before a sequence; undefined when that entry is not there. */
  async entryBefore(sequence: number): Promise<Pick<Verified, 'head' | 'sealedAt'> | undefined> {
    const [entry] = await this.sealedFrom(sequence - 1, 1)
    return entry?.sequence === sequence - 1 ? { head: entry, sealedAt: entry.sealedAt } : undefined
  }

  sealedFrom(sequence: number, limit: number): Promise<SealedEntry[]> {
    return this.#db.$queryRaw`
      select ${ENTRY} from audit.entries e where e.org_id = ${this.#chain}::uuid and e.sequence >= ${sequence}::bigint
      order by e.sequence limit ${limit}::int`
  }

  /** The rows that these entries were sealed from. */
  sourcesOf(ids: readonly Uuid[]): Promise<SourceRow[]> {
    return this.#db.$queryRaw`select ${SOURCE} from audit.sources_of(${this.#chain}::uuid, ${ids}::uuid[])`
  }

  checkpointsBetween(first: number, last: number): Promise<StoredCheckpoint[]> {
    return this.#db.$queryRaw`
      select sequence::float8 as "sequence", to_char(signed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "signedAt",
        token as "token"
      from audit.checkpoints where org_id = ${this.#chain}::uuid and sequence between ${first}::bigint and ${last}::bigint`
  }

  /** Where the chain ends, and what its end is held against, at one moment. Rows are looked for since one. */
  async tail(since: Date): Promise<TailWitnesses> {
    const [row] = await this.#db.$queryRaw<[TailWitnesses]>`
      select coalesce((select max(sequence) from audit.entries where org_id = ${this.#chain}::uuid), 0)::float8 as "lastEntry",
        coalesce((select max(sequence) from audit.checkpoints where org_id = ${this.#chain}::uuid), 0)::float8 as "lastCheckpoint",
        audit.never_sealed(${this.#chain}::uuid, ${since}::timestamptz)::float8 as "neverSealed"`
    return row
  }
}
