import type { Transaction } from '../../../platform/database/database.ts'

/** What was sent by a key before. */
export interface SentBefore {
  readonly inputHash: string
  readonly sentAt: Date
}

export interface KeyedBroadcast extends SentBefore {
  readonly actor: string
  readonly idempotencyKey: string
}

/** The keys by which operators sent notices: the platform's own, and no tenant's. */
export class BroadcastRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  /**
   * Undefined: the key is taken by this, until the transaction ends it is nobody else's. Otherwise what it was used for.
   * Keys of before `forgetBefore` are forgotten.
   */
  async take(broadcast: KeyedBroadcast, forgetBefore: Date): Promise<SentBefore | undefined> {
    await this.#db.notificationBroadcast.deleteMany({ where: { sentAt: { lt: forgetBefore } } })
    const { count } = await this.#db.notificationBroadcast.createMany({ data: [broadcast], skipDuplicates: true })
    if (count === 1) return undefined
    const { actor, idempotencyKey } = broadcast
    return (await this.#db.notificationBroadcast.findFirst({ where: { actor, idempotencyKey } })) ?? undefined
  }
}
