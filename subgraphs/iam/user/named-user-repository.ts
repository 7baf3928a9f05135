import type { Transaction } from '../../../platform/database/database.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { isUuid } from '../../../platform/ids/id.ts'
import type { NamedUser } from '../membership/model.ts'

/**
 * Users outside of every scope, one at a time: only who is named in full is there, and only within the transaction that
 * names them (policy `named_user`). Nobody can be listed or searched for.
 */
export class NamedUserRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  /** By an address in lower case, or a local id. */
  async find(name: string): Promise<NamedUser | undefined> {
    await this.#db.$executeRaw`select set_config('app.named_user', ${name}, true)`
    const row = await this.#db.user.findFirst({ where: isUuid(name) ? { id: name } : { email: name } })
    return row
      ? { id: uuidColumn(row.id), subject: row.subject, displayName: row.displayName, email: row.email }
      : undefined
  }
}
