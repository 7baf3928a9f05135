import type { Transaction } from '../../../platform/database/database.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { Uuid } from '../../../platform/ids/id.ts'

interface HeadRow {
  id: string
  lastSequence: bigint
}

/** How far channels are whose streams a process holds, whosever they are: places, and nothing of what was told. */
export class HeadRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  /** In one statement; a channel to which nothing was written yet is left out. Inside a transaction alone (policy `streamed`). */
  async of(channels: readonly Uuid[]): Promise<ReadonlyMap<Uuid, bigint>> {
    await this.#db.$executeRaw`select set_config('app.streamed', ${`{${channels.join()}}`}, true)`
    const rows = await this.#db.$queryRaw<HeadRow[]>`
      SELECT c.id, c.last_sequence AS "lastSequence" FROM notifications.channels c WHERE c.id = ANY (${channels}::uuid[])`
    return new Map(rows.map(({ id, lastSequence }) => [uuidColumn(id), lastSequence]))
  }
}
