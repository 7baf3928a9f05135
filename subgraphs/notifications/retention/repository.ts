import type { Transaction } from '../../../platform/database/database.ts'

/** What was told so long ago that it is kept no more, in whatever channel. */
export class RetentionRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  /**
   * Removes some of what has a smaller id than `before`, with its receipts; says how many. Each channel keeps in mind up to
   * where it was removed: a cursor of before is too old.
   */
  async remove(before: string, atMost: number): Promise<number> {
    await this.#db.$executeRaw`select set_config('app.expired_before', ${before}, true)`
    const rows = await this.#db.$queryRaw<{ count: number }[]>`
      WITH doomed AS (
        SELECT n.channel_id, n.id FROM notifications.notifications n WHERE n.id < ${before}::uuid LIMIT ${atMost}::int
      ), gone AS (
        DELETE FROM notifications.notifications n USING doomed d WHERE n.channel_id = d.channel_id AND n.id = d.id
        RETURNING n.channel_id, n.sequence
      ), unread AS (
        DELETE FROM notifications.receipts r USING doomed d
        WHERE r.notification_id = d.id AND r.channel_id = d.channel_id AND r.notification_id < ${before}::uuid
      ), told AS (
        UPDATE notifications.channels c SET removed_through = greatest(c.removed_through, g.last)
        FROM (SELECT channel_id, max(sequence) AS last FROM gone GROUP BY channel_id) g WHERE c.id = g.channel_id
      )
      SELECT count(*)::int AS count FROM gone`
    return rows[0]?.count ?? 0
  }
}
