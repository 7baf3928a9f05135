import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { selfId } from '../../../platform/ids/id.ts'
import type { SelfScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import type { User } from './model.ts'

interface UserRow {
  readonly id: string
  readonly email: string
  readonly displayName: string
}

export class UserRepository {
  readonly #db: Transaction
  readonly #scope: SelfScope

  constructor(db: Transaction, scope: SelfScope) {
    this.#db = db
    this.#scope = scope
  }

  async find(): Promise<User | undefined> {
    const [row] = await this.#db.$queryRaw<UserRow[]>`
      SELECT u.id, u.email, u.display_name AS "displayName" FROM iam.users u WHERE u.id = ${this.#scope.userId}::uuid`
    return row ? { id: selfId('usr', uuidColumn(row.id)), email: row.email, displayName: row.displayName } : undefined
  }

  /** As their tokens name them; undefined when there is no such user. */
  async subject(): Promise<string | undefined> {
    const row = await this.#db.user.findFirst({ where: { id: this.#scope.userId }, select: { subject: true } })
    return row?.subject
  }

  /** False when the user is disabled already. */
  async disable(at: Date): Promise<boolean> {
    await this.#operate()
    const where = { id: this.#scope.userId, disabledAt: null }
    return (await this.#db.user.updateMany({ where, data: { disabledAt: at } })).count === 1
  }

  /** False when the user is not disabled. */
  async enable(): Promise<boolean> {
    await this.#operate()
    const where = { id: this.#scope.userId, disabledAt: { not: null } }
    return (await this.#db.user.updateMany({ where, data: { disabledAt: null } })).count === 1
  }

  /** Until the transaction ends the user may be changed (policy `operated`): no other unit of work can. */
  async #operate(): Promise<void> {
    await this.#db.$executeRaw`select set_config('app.operated', ${this.#scope.userId}, true)`
  }
}
