import type { SelfScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { countRows } from '../../../platform/database/totals.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { POST_COLUMNS, toPost, type PostRow } from '../channel/repository.ts'
import { channelsWithin, floorOf } from '../channel/readable.ts'
import { notificationOf, type Notification } from './model.ts'
import type { NotificationPage } from './position.ts'
import type { NotificationFilter, View } from './view.ts'

interface NotificationRow extends PostRow {
  readAt: Date | null
  dismissedAt: Date | null
}

const NEWEST_FIRST = {
  forward: { beyond: Prisma.sql`<`, order: Prisma.sql`DESC` },
  backward: { beyond: Prisma.sql`>`, order: Prisma.sql`ASC` },
}

const OPEN = Prisma.sql`AND r.read_at IS NULL AND r.dismissed_at IS NULL`

/** What one user was told in all of their channels. */
export class NotificationRepository {
  readonly #db: Transaction
  readonly #scope: SelfScope

  constructor(db: Transaction, scope: SelfScope) {
    this.#db = db
    this.#scope = scope
  }

  /** Newest first is forward. Each channel is read by its key, and no further than the page. */
  async page({ direction, fetch, beyond, filter }: NotificationPage, view: View): Promise<Notification[]> {
    const { beyond: operator, order } = NEWEST_FIRST[direction]
    const continues = beyond === undefined ? Prisma.empty : Prisma.sql`AND n.id ${operator} ${beyond}::uuid`
    return this.#read(Prisma.sql`
      SELECT n.* FROM ${channelsOf(this.#scope, view)} CROSS JOIN LATERAL (
        SELECT ${POST_COLUMNS}, ${RECEIPT_COLUMNS} ${this.#posts()} ${visible(view)} ${continues} ${chosen(filter)}
        ORDER BY n.id ${order} LIMIT ${fetch}::int) n
      ORDER BY n.id ${order} LIMIT ${fetch}::int`)
  }

  /** No further than `COUNT_LIMIT`. */
  total(filter: NotificationFilter, view: View): Promise<number> {
    return countRows(
      this.#db,
      Prisma.sql`FROM ${channelsOf(this.#scope, view)}
        CROSS JOIN LATERAL (SELECT n.id ${this.#posts()} ${visible(view)} ${chosen(filter)}) n`,
    )
  }

  /** What came after a place in one channel, oldest first, whatever it is about; of a channel out of scope nothing. */
  async after(channel: Uuid, sequence: bigint, limit: number): Promise<Notification[]> {
    const channels = channelsWithin(this.#scope, [{ id: channel }]).map(({ id }) => id)
    return this.#read(Prisma.sql`
      SELECT ${POST_COLUMNS}, ${RECEIPT_COLUMNS}
      FROM notifications.notifications n ${this.#receipts()}
      WHERE n.channel_id = ANY (${channels}::uuid[]) AND n.sequence > ${sequence} ORDER BY n.sequence LIMIT ${limit}::int`)
  }

  /** Those that exist and may be seen, in no order. */
  async findAll(ids: readonly Uuid[], view: View): Promise<Notification[]> {
    return this.#read(Prisma.sql`
      SELECT ${POST_COLUMNS}, ${RECEIPT_COLUMNS} FROM ${channelsOf(this.#scope, view)}
      JOIN notifications.notifications n ON n.channel_id = wanted.channel_id ${visible(view)} AND n.id = ANY (${ids}::uuid[])
      ${this.#receipts()}`)
  }

  async #read(statement: Prisma.Sql): Promise<Notification[]> {
    const rows = await this.#db.$queryRaw<NotificationRow[]>(statement)
    return rows.map(({ readAt, dismissedAt, ...row }) =>
      notificationOf(this.#scope.userId, toPost(row), { readAt, dismissedAt }),
    )
  }

  #posts(): Prisma.Sql {
    return Prisma.sql`FROM notifications.notifications n ${this.#receipts()} WHERE n.channel_id = wanted.channel_id`
  }

  #receipts(): Prisma.Sql {
    return Prisma.sql`LEFT JOIN notifications.receipts r
      ON r.user_id = ${this.#scope.userId}::uuid AND r.channel_id = n.channel_id AND r.notification_id = n.id`
  }
}

const RECEIPT_COLUMNS = Prisma.sql`r.read_at AS "readAt", r.dismissed_at AS "dismissedAt"`

/** The channels of a view that are in scope, as the relation `wanted`. */
export const channelsOf = (scope: SelfScope, view: View): Prisma.Sql => {
  const channels = channelsWithin(scope, view.channels)
  return Prisma.sql`unnest(${channels.map(({ id }) => id)}::uuid[], ${channels.map(floorOf)}::uuid[]) AS wanted (channel_id, floor)`
}

/** Of `n`, what the view shows. */
export const visible = ({ userId, projects }: View): Prisma.Sql =>
  Prisma.sql`AND n.id >= wanted.floor AND (n.about_project_id IS NULL OR n.about_project_id = ANY (${projects}::uuid[]))
    AND NOT EXISTS (SELECT FROM notifications.preferences q
      WHERE q.user_id = ${userId}::uuid AND q.category = n.category AND q.medium = 'IN_APP' AND NOT q.enabled)`

const chosen = ({ unreadOnly, dismissed, categories, templates, projectId }: NotificationFilter): Prisma.Sql =>
  Prisma.join(
    [
      unreadOnly ? OPEN : Prisma.empty,
      dismissed === 'included' ? Prisma.empty : Prisma.sql`AND r.dismissed_at IS NULL`,
      categories === undefined ? Prisma.empty : Prisma.sql`AND n.category = ANY (${categories}::text[])`,
      templates === undefined ? Prisma.empty : Prisma.sql`AND n.template = ANY (${templates}::text[])`,
      projectId === undefined ? Prisma.empty : Prisma.sql`AND n.about_project_id = ${projectId}::uuid`,
    ],
    ' ',
  )
