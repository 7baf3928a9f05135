import type { SelfScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { MAX_COUNTED } from './model.ts'
import { channelsOf, visible } from './repository.ts'
import type { View } from './view.ts'

const DONE = Prisma.sql`EXISTS (SELECT FROM notifications.receipts r WHERE r.user_id = u.id AND r.channel_id = n.channel_id
  AND r.notification_id = n.id AND (r.read_at IS NOT NULL OR r.dismissed_at IS NOT NULL))`

/**
 * What one user read and dismissed, and how much is left. A reading position says up to where nothing is left in a
 * channel, so that counting begins there: its cost is what is unread, never what was ever told.
 */
export class ReceiptRepository {
  readonly #db: Transaction
  readonly #scope: SelfScope

  constructor(db: Transaction, scope: SelfScope) {
    this.#db = db
    this.#scope = scope
  }

  /** How many are neither read nor dismissed; `MAX_COUNTED` where there are more. */
  async countUnread(view: View): Promise<number> {
    const rows = await this.#db.$queryRaw<{ count: number }[]>`
      SELECT least(coalesce(sum(n.count), 0), ${MAX_COUNTED})::int AS count FROM ${this.#positions(view)}
      CROSS JOIN LATERAL (SELECT count(*) FROM (
        SELECT FROM notifications.notifications n WHERE ${this.#left(view)} LIMIT ${MAX_COUNTED}::int) counted) n`
    return rows[0]?.count ?? 0
  }

  /** Those that are marked already keep their time. */
  async markRead(ids: readonly Uuid[], view: View, at: Date): Promise<void> {
    await this.#mark(Prisma.sql`${visible(view)} AND n.id = ANY (${ids}::uuid[])`, view, {
      readAt: at,
      dismissedAt: null,
    })
  }

  async dismiss(ids: readonly Uuid[], view: View, at: Date): Promise<void> {
    await this.#mark(Prisma.sql`${visible(view)} AND n.id = ANY (${ids}::uuid[])`, view, {
      readAt: null,
      dismissedAt: at,
    })
  }

  /** Everything unread that may be seen, up to an id; returns how many. */
  async markAllRead(upTo: Uuid | undefined, view: View, at: Date): Promise<number> {
    const until = upTo === undefined ? Prisma.empty : Prisma.sql`AND n.id <= ${upTo}::uuid`
    return this.#db.$executeRaw`
      INSERT INTO notifications.receipts AS held (user_id, channel_id, notification_id, read_at)
      SELECT u.id, n.channel_id, n.id, ${at} FROM ${this.#positions(view)}
      CROSS JOIN LATERAL (SELECT n.channel_id, n.id FROM notifications.notifications n WHERE ${this.#left(view)} ${until}) n
      ON CONFLICT (user_id, channel_id, notification_id) DO UPDATE SET read_at = coalesce(held.read_at, excluded.read_at)`
  }

  /** After marking: up to where nothing is left, what cannot be seen now included. */
  async advance(view: View): Promise<void> {
    await this.#db.$executeRaw`
      INSERT INTO notifications.reading_positions AS held (user_id, channel_id, done_through)
      SELECT u.id, c.id, coalesce((SELECT n.sequence - 1 FROM notifications.notifications n
        WHERE n.channel_id = wanted.channel_id AND n.sequence > p.done_through AND n.id >= wanted.floor AND NOT ${DONE}
        ORDER BY n.sequence LIMIT 1), c.last_sequence)
      FROM ${this.#positions(view)} JOIN notifications.channels c ON c.id = wanted.channel_id
      ON CONFLICT (user_id, channel_id) DO UPDATE SET done_through = greatest(held.done_through, excluded.done_through)`
  }

  async #mark(
    which: Prisma.Sql,
    view: View,
    { readAt, dismissedAt }: { readonly readAt: Date | null; readonly dismissedAt: Date | null },
  ): Promise<void> {
    await this.#db.$executeRaw`
      INSERT INTO notifications.receipts AS held (user_id, channel_id, notification_id, read_at, dismissed_at)
      SELECT ${this.#scope.userId}::uuid, n.channel_id, n.id, ${readAt}::timestamptz, ${dismissedAt}::timestamptz
      FROM ${channelsOf(this.#scope, view)} JOIN notifications.notifications n ON n.channel_id = wanted.channel_id ${which}
      ON CONFLICT (user_id, channel_id, notification_id) DO UPDATE
        SET read_at = coalesce(held.read_at, excluded.read_at), dismissed_at = coalesce(held.dismissed_at, excluded.dismissed_at)`
  }

  /** The user as `u`, the channels as `wanted`, and with each up to where nothing is left as `p`. */
  #positions(view: View): Prisma.Sql {
    return Prisma.sql`(SELECT ${this.#scope.userId}::uuid AS id) AS u CROSS JOIN ${channelsOf(this.#scope, view)}
      LEFT JOIN notifications.reading_positions h ON h.user_id = u.id AND h.channel_id = wanted.channel_id
      CROSS JOIN LATERAL (SELECT coalesce(h.done_through, 0) AS done_through) AS p`
  }

  #left(view: View): Prisma.Sql {
    return Prisma.sql`n.channel_id = wanted.channel_id AND n.sequence > p.done_through ${visible(view)} AND NOT ${DONE}`
  }
}
