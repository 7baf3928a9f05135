import type { SelfScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import type { Category } from '../template/model.ts'
import type { Medium, Preference } from './model.ts'

interface PreferenceRow {
  category: Category
  medium: Medium
  enabled: boolean
}

/** What one user wants to be told of. */
export class PreferenceRepository {
  readonly #db: Transaction
  readonly #scope: SelfScope

  constructor(db: Transaction, scope: SelfScope) {
    this.#db = db
    this.#scope = scope
  }

  /** What the user decided, in no order. */
  all(): Promise<Preference[]> {
    return this.#db.$queryRaw<PreferenceRow[]>`
      SELECT category, medium, enabled FROM notifications.preferences WHERE user_id = ${this.#scope.userId}::uuid`
  }

  /** The categories of which the user does not want to be told. */
  async switchedOff(medium: Medium): Promise<Category[]> {
    const rows = await this.#db.$queryRaw<Pick<PreferenceRow, 'category'>[]>`
      SELECT category FROM notifications.preferences
      WHERE user_id = ${this.#scope.userId}::uuid AND medium = ${medium} AND NOT enabled`
    return rows.map(({ category }) => category)
  }

  async set(preferences: readonly Preference[], at: Date): Promise<void> {
    await this.#db.$executeRaw`
      INSERT INTO notifications.preferences (user_id, category, medium, enabled, updated_at)
      SELECT ${this.#scope.userId}::uuid, p.category, p.medium, p.enabled, ${at}::timestamptz FROM unnest(
        ${preferences.map(({ category }) => category)}::text[], ${preferences.map(({ medium }) => medium)}::text[],
        ${preferences.map(({ enabled }) => enabled)}::bool[]) AS p (category, medium, enabled)
      ON CONFLICT (user_id, category, medium) DO UPDATE SET enabled = excluded.enabled, updated_at = excluded.updated_at`
  }
}
