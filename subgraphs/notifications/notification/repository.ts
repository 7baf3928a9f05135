import type { SelfScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { withTrace } from '../../../platform/tracing/event-trace.ts'
import { selfId, type Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { notificationId, type NewNotification, type Notification } from './model.ts'
import type { NotificationPage } from './position.ts'

interface NotificationRow {
  id: string
  sequence: bigint
  template: string
  title: string
  body: string
  projectId: string | null
  subject: string | null
  createdAt: Date
  traceparent: string | null
  readAt: Date | null
}

const NEWEST_FIRST = {
  forward: { beyond: Prisma.sql`<`, order: Prisma.sql`DESC` },
  backward: { beyond: Prisma.sql`>`, order: Prisma.sql`ASC` },
}

const UNREAD = Prisma.sql`AND r.read_at IS NULL`

/** The channel of one user, and what the user did with what came there. */
export class NotificationRepository {
  readonly #db: Transaction
  readonly #scope: SelfScope

  constructor(db: Transaction, scope: SelfScope) {
    this.#db = db
    this.#scope = scope
  }

  /**
   * The next place in the channel. Holds the channel until the transaction ends, so that places are taken in the order
   * of commits and none is left out.
   */
  async takeSequence(): Promise<bigint> {
    const rows = await this.#db.$queryRaw<{ sequence: bigint }[]>`
      INSERT INTO notifications.channels AS c (id, kind, last_sequence) VALUES (${this.#scope.userId}::uuid, 'USER', 1)
      ON CONFLICT (id) DO UPDATE SET last_sequence = c.last_sequence + 1
      RETURNING c.last_sequence AS sequence`
    const [row] = rows
    if (row === undefined) throw new Error('A channel gave no place')
    return row.sequence
  }

  /** The place of the newest notification; 0 before the first. */
  async lastSequence(): Promise<bigint> {
    const row = await this.#db.notificationChannel.findFirst({ where: { id: this.#scope.userId, kind: 'USER' } })
    return row?.lastSequence ?? 0n
  }

  async insert({ id, about, traceparent, ...notification }: NewNotification, sequence: bigint): Promise<void> {
    await this.#db.notification.createMany({
      data: [
        {
          channelId: this.#scope.userId,
          channelKind: 'USER',
          id: id.local,
          sequence,
          aboutOrgId: about.organizationId,
          aboutProjectId: about.projectId,
          traceparent: traceparent ?? null,
          ...notification,
        },
      ],
    })
  }

  /** Newest first is forward; of those about a project, only about these. */
  async page(
    { direction, fetch, beyond, unreadOnly }: NotificationPage,
    projects: readonly Uuid[],
  ): Promise<Notification[]> {
    const { beyond: operator, order } = NEWEST_FIRST[direction]
    const continues = beyond === undefined ? Prisma.empty : Prisma.sql`AND n.sequence ${operator} ${beyond}`
    return this.#read(Prisma.sql`
      ${this.#about(projects)} ${continues} ${unreadOnly ? UNREAD : Prisma.empty}
      ORDER BY n.sequence ${order} LIMIT ${fetch}::int`)
  }

  /** What came after a place, oldest first, whatever it is about. */
  async after(sequence: bigint, limit: number): Promise<Notification[]> {
    return this.#read(Prisma.sql`AND n.sequence > ${sequence} ORDER BY n.sequence LIMIT ${limit}::int`)
  }

  /** Those that exist and may be seen, in no order. */
  async findAll(ids: readonly Uuid[], projects: readonly Uuid[]): Promise<Notification[]> {
    return this.#read(Prisma.sql`${this.#about(projects)} AND n.id = ANY (${ids}::uuid[])`)
  }

  async countUnread(projects: readonly Uuid[]): Promise<number> {
    const rows = await this.#db.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count ${this.#withReceipts()} ${this.#about(projects)} ${UNREAD}`
    return rows[0]?.count ?? 0
  }

  /** Those that are marked already keep their time. */
  async markRead(ids: readonly Uuid[], at: Date): Promise<number> {
    return this.#mark(Prisma.sql`AND n.id = ANY (${ids}::uuid[])`, at)
  }

  /** Everything up to a place that may be seen; returns how many were not marked before. */
  async markAllRead(upTo: bigint, projects: readonly Uuid[], at: Date): Promise<number> {
    return this.#mark(Prisma.sql`${this.#about(projects)} AND n.sequence <= ${upTo}`, at)
  }

  async #mark(which: Prisma.Sql, at: Date): Promise<number> {
    return this.#db.$executeRaw`
      INSERT INTO notifications.receipts AS held (user_id, channel_id, notification_id, read_at)
      SELECT ${this.#scope.userId}::uuid, n.channel_id, n.id, ${at} ${this.#withReceipts()} ${which} ${UNREAD}
      ON CONFLICT (user_id, channel_id, notification_id) DO UPDATE SET read_at = coalesce(held.read_at, excluded.read_at)`
  }

  async #read(which: Prisma.Sql): Promise<Notification[]> {
    const rows = await this.#db.$queryRaw<NotificationRow[]>`
      SELECT n.id, n.sequence, n.template, n.title, n.body, n.about_project_id AS "projectId", n.subject,
        n.created_at AS "createdAt", n.traceparent, r.read_at AS "readAt" ${this.#withReceipts()} ${which}`
    return rows.map(({ id, projectId, traceparent, ...row }) => {
      const notification = {
        ...row,
        id: notificationId(this.#scope.userId, id as Uuid), // uuid columns
        projectId: projectId === null ? null : selfId('prj', projectId as Uuid),
      }
      return withTrace(notification, traceparent)
    })
  }

  #withReceipts(): Prisma.Sql {
    return Prisma.sql`
      FROM notifications.notifications n LEFT JOIN notifications.receipts r
        ON r.user_id = n.channel_id AND r.channel_id = n.channel_id AND r.notification_id = n.id
      WHERE n.channel_id = ${this.#scope.userId}::uuid AND n.channel_kind = 'USER'`
  }

  #about(projects: readonly Uuid[]): Prisma.Sql {
    return Prisma.sql`AND (n.about_project_id IS NULL OR n.about_project_id = ANY (${projects}::uuid[]))`
  }
}
