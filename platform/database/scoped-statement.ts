import { Query, type QueryConfig } from 'pg'
import type { ScopeSettings } from './scope-settings.ts'
import { SET_SCOPE, scopeValues } from './set-scope.ts'

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

/**
 * A statement and its scope, sent together and answered together. Both stand before one Sync message, which makes them
 * one transaction: where the scope cannot be set, PostgreSQL skips the statement; whatever becomes of the statement, its
 * scope ends with it; and statements sent behind it on the same connection have their own. (PostgreSQL's manual,
 * "Pipelining": after an error everything is skipped until Sync, and Sync ends the transaction.)
 */
export class ScopedStatement extends Query {
  readonly #settings: ScopeSettings
  /** Whether the next answer is that to the scope. */
  #isOfScope = false
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
    connection.bind({ statement: SET_SCOPE.name, values: scopeValues(this.#settings), valueMapper: verbatim })
    connection.execute()
    this.#isOfScope = true
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

  handleCommandComplete(message: object, connection: Connection): void {
    if (this.#isOfScope) this.#isOfScope = false
    else base.handleCommandComplete.call(this, message, connection)
  }

  handleReadyForQuery(connection: Connection): void {
    const { name = '' } = this as QueryInternals // as above
    const { columns } = preparedBy(connection)
    if (name !== '' && !columns.has(name)) columns.set(name, this.#described)
    base.handleReadyForQuery.call(this, connection)
  }
}
