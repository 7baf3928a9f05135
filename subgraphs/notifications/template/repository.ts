import type { Transaction } from '../../../platform/database/database.ts'
import { CATEGORIES, type Category } from './model.ts'
import { type Template, type TemplateKey } from './texts.ts'

const categoryColumn = (text: string): Category => {
  const found = CATEGORIES.find((category) => category === text)
  if (found === undefined) throw new Error(`There is no category ${text}`)
  return found
}

/** The texts that notifications are made of (R72). */
export class TemplateRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  /** The version in use. */
  async current(key: TemplateKey): Promise<Template> {
    const row = await this.#db.notificationTemplate.findFirst({ where: { key }, orderBy: { version: 'desc' } })
    if (row === null) throw new Error(`The text ${key} is not stored: the migrations did not run to the end`)
    return { key, version: row.version, category: categoryColumn(row.category), title: row.title, body: row.body }
  }
}
