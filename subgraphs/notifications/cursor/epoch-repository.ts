import type { Transaction } from '../../../platform/database/database.ts'

/** What cursors of this life of the database are authenticated with: made by its first migration, never changed. */
export class EpochRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  async cursorKey(): Promise<Uint8Array> {
    const row = await this.#db.notificationEpoch.findFirst({ select: { cursorKey: true } })
    if (row === null) throw new Error('The database has no epoch: its migrations did not run to the end')
    return row.cursorKey
  }
}
