import type { ProjectScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { countPages } from '../../../platform/database/totals.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId, type ProjectId, type Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { LedgerTransactionId } from '../ledger/model.ts'
import { inBookCurrency, type Money } from '../money/model.ts'
import type { Charge, ChargeId, Period } from './model.ts'

interface ChargeRow {
  projectId: string
  id: string
  resource: string
  skuCode: string
  usedFrom: Date
  usedTo: Date
  rateMicrosPerHour: bigint
  amountMicros: bigint
  currency: string
}

const toCharge = (row: ChargeRow): Charge => {
  const project = row.projectId as Uuid // a uuid column
  return {
    id: ownedId('chg', project, row.id as Uuid), // a uuid column
    resourceId: ownedId('alc', project, row.resource as Uuid), // written below, from one
    skuCode: row.skuCode,
    usedFrom: row.usedFrom,
    usedTo: row.usedTo,
    perHour: { amountMicros: row.rateMicrosPerHour, currency: row.currency },
    amount: { amountMicros: row.amountMicros, currency: row.currency },
  }
}

/** The charges of one project, to add to them. */
export class ChargeRepository {
  readonly #db: Transaction
  readonly #scope: ProjectScope

  constructor(db: Transaction, scope: ProjectScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Until when a resource is charged; undefined when it never was. */
  async chargedUntil(resource: Uuid): Promise<Date | undefined> {
    const { _max } = await this.#db.charge.aggregate({
      where: { ...this.#scope.columns, resource },
      _max: { usedTo: true },
    })
    return _max.usedTo ?? undefined
  }

  async insert(charge: Charge, transaction: LedgerTransactionId): Promise<void> {
    const { id, resourceId, skuCode, usedFrom, usedTo, perHour, amount } = charge
    await this.#db.charge.createMany({
      data: [
        {
          ...this.#scope.columns,
          id: id.local,
          transactionId: transaction.local,
          resource: resourceId.local,
          skuCode,
          usedFrom,
          usedTo,
          rateMicrosPerHour: perHour.amountMicros,
          amountMicros: amount.amountMicros,
          currency: amount.currency,
        },
      ],
    })
  }
}

const NEWEST_FIRST = {
  forward: { beyond: Prisma.sql`<`, order: Prisma.sql`DESC` },
  backward: { beyond: Prisma.sql`>`, order: Prisma.sql`ASC` },
}

const CHARGES = { table: Prisma.sql`billing.charges`, parent: Prisma.sql`project_id` }

/** The charges of several projects at once, to read them. */
export class ChargeSetRepository {
  readonly #db: Transaction
  readonly #scope: ProjectSetScope

  constructor(db: Transaction, scope: ProjectSetScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Those that exist, each in the project that its id names; in no order. */
  async findAll(ids: readonly ChargeId[]): Promise<Charge[]> {
    const rows = await this.#db.charge.findMany({
      where: {
        OR: this.#scope.projects.map(({ columns, projectId }) => ({
          ...columns,
          id: { in: ids.filter(({ scope }) => scope === projectId).map(({ local }) => local) },
        })),
      },
    })
    return rows.map(toCharge)
  }

  /** The same page of every project; newest first is forward. */
  async pages({ direction, fetch, after }: IdPage): Promise<Charge[]> {
    const { beyond, order } = NEWEST_FIRST[direction]
    const continues = after === undefined ? Prisma.empty : Prisma.sql`AND found.id ${beyond} ${after}::uuid`
    const rows = await this.#db.$queryRaw<ChargeRow[]>`
      SELECT c.project_id AS "projectId", c.id, c.resource, c.sku_code AS "skuCode",
        c.used_from AS "usedFrom", c.used_to AS "usedTo",
        c.rate_micros_per_hour AS "rateMicrosPerHour", c.amount_micros AS "amountMicros", c.currency
      FROM ${this.#projects()}
      CROSS JOIN LATERAL (
        SELECT * FROM billing.charges found
        WHERE found.org_id = p.org_id AND found.project_id = p.id ${continues}
        ORDER BY found.id ${order} LIMIT ${fetch}::int) c
      ORDER BY c.id ${order}`
    return rows.map(toCharge)
  }

  /** How many every project has, by the text of its id. */
  totals(projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> {
    return countPages(this.#db, this.#scope, CHARGES, projects)
  }

  /** What each project was charged for use that ended in the period. A project without charges is absent. */
  async sums({ from, to }: Period): Promise<ReadonlyMap<Uuid, Money>> {
    const rows = await this.#db.$queryRaw<{ projectId: string; micros: string }[]>`
      SELECT c.project_id AS "projectId", sum(c.amount_micros)::text AS micros
      FROM ${this.#projects()}
      JOIN billing.charges c ON c.org_id = p.org_id AND c.project_id = p.id
      WHERE c.used_to >= ${from} AND c.used_to < ${to}
      GROUP BY c.project_id`
    return new Map(
      rows.map(({ projectId, micros }) => [projectId as Uuid /* a uuid column */, inBookCurrency(BigInt(micros))]),
    )
  }

  #projects(): Prisma.Sql {
    const { projects } = this.#scope
    const organizations = projects.map(({ organizationId }) => organizationId)
    const locals = projects.map(({ projectId }) => projectId)
    return Prisma.sql`unnest(${organizations}::uuid[], ${locals}::uuid[]) AS p (org_id, id)`
  }
}
