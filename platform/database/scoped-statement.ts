import { Query, type QueryConfig } from 'pg'
import type { ScopeSettings } from './scope-settings.ts'

/** Sets a scope until the transaction ends: what PostgreSQL forgets by itself, no connection can carry over. */
const SET_SCOPE = {
  name: 'scope',
  text: `select set_config('app.project_ids', $1, true), set_config('app.org_ids', $2, true), set_config('app.user_id', $3, true)`,
}

const valuesOf = ({ projectIds, organizationIds, userId }: ScopeSettings): string[] => [
  projectIds,
  organizationIds,
  userId,
]

/**
 * The scope as a statement of its own, for the transaction that the connection is in. Every connection is asked for it
 * once before anything else, so that it is prepared there: `ScopedStatement` names it and nothing more.
 */
export const scopeStatement = (settings: ScopeSettings): QueryConfig => ({ ...SET_SCOPE, values: valuesOf(settings) })

/** What `pg.Query` asks of a connection, as pg is written; its version is pinned. */
interface Connection {
  readonly bind: (message: {
    readonly statement: string
    readonly values: readonly string[]
    readonly valueMapper: (value: string) => string
  }) => void
  readonly execute: () => void
}

interface RowDescription {
  readonly fields: readonly object[]
}

/** The methods of `pg.Query` that its types leave out. */
interface QueryInternals {
  readonly name?: string
  prepare: (connection: Connection) => void
  handleRowDescription: (message: RowDescription) => void
  handleDataRow: (message: object) => void
  handleCommandComplete: (message: object, connection: Connection) => void
  handleReadyForQuery: (connection: Connection) => void
}

const base = Query.prototype as unknown as QueryInternals // see above

/** What is known of the statements that one connection has prepared. */
interface Prepared {
  /** The columns of each; undefined for one that gives no rows. PostgreSQL refuses a statement whose columns changed. */
  readonly columns: Map<string, RowDescription | undefined>
  /** The same connection, asked for no description. */
  readonly undescribed: Connection
}

const preparedOn = new WeakMap<Connection, Prepared>()

const preparedBy = (connection: Connection): Prepared => {
  const known = preparedOn.get(connection)
  if (known !== undefined) return known
  const undescribed = Object.create(connection, { describe: { value: () => undefined } }) as Connection // inherits the rest
  const made = { columns: new Map<string, RowDescription | undefined>(), undescribed }
  preparedOn.set(connection, made)
  return made
}

const verbatim = (value: string): string => value

/** A row, and that it is done. */
const ANSWERS_TO_SCOPE = 2

/**
 * A statement and its scope, sent together and answered together. Both stand before one Sync message, which makes them
 * one transaction: where the scope cannot be set, PostgreSQL skips the statement; whatever becomes of the statement, its
 * scope ends with it; and statements sent behind it on the same connection have their own. (PostgreSQL's manual,
 * "Pipelining": after an error everything is skipped until Sync, and Sync ends the transaction.)
 */
export class ScopedStatement extends Query {
  readonly #settings: ScopeSettings
  #awaited = 0
  #described: RowDescription | undefined

  constructor(
    config: QueryConfig,
    settings: ScopeSettings,
    answer: (error: Error | undefined, result: unknown) => void,
  ) {
    super(config, answer)
    this.#settings = settings
  }

  /** Also where it has no values: a text sent by itself would run as a transaction of its own, with no scope. */
  requiresPreparation(): boolean {
    return true
  }

  prepare(connection: Connection): void {
    connection.bind({ statement: SET_SCOPE.name, values: valuesOf(this.#settings), valueMapper: verbatim })
    connection.execute()
    this.#awaited = ANSWERS_TO_SCOPE
    const { columns, undescribed } = preparedBy(connection)
    const { name = '' } = this as QueryInternals // every query of pg's has these
    if (!columns.has(name)) {
      base.prepare.call(this, connection)
      return
    }
    base.prepare.call(this, undescribed)
    const described = columns.get(name)
    if (described !== undefined) base.handleRowDescription.call(this, described)
  }

  handleRowDescription(message: RowDescription): void {
    this.#described = message
    base.handleRowDescription.call(this, message)
  }

  handleDataRow(message: object): void {
    if (this.#isOfScope()) return
    base.handleDataRow.call(this, message)
  }

  handleCommandComplete(message: object, connection: Connection): void {
    if (this.#isOfScope()) return
    base.handleCommandComplete.call(this, message, connection)
  }

  handleReadyForQuery(connection: Connection): void {
    const { name = '' } = this as QueryInternals // as above
    const { columns } = preparedBy(connection)
    if (name !== '' && !columns.has(name)) columns.set(name, this.#described)
    base.handleReadyForQuery.call(this, connection)
  }

  #isOfScope(): boolean {
    if (this.#awaited === 0) return false
    this.#awaited -= 1
    return true
  }
}
