import { Query } from 'pg'
import { isUnscoped, type ScopeSettings } from '../scope-settings.ts'
import { SET_SCOPE, scopeValues } from '../set-scope.ts'
import { rowReader, type Columns, type ReadRow, type Row } from './row-reader.ts'

/** A statement by the name under which connections keep it prepared; its values as they are sent (`parameter`). */
export interface NamedStatement {
  /** Empty for one that is not kept. */
  readonly name: string
  readonly text: string
  readonly values: readonly (string | null | Buffer)[]
}

/** What pg's connection offers to a query, as pg is written; its version is pinned. */
interface Connection {
  readonly stream: {
    readonly writable: boolean
    readonly cork: () => void
    readonly uncork: () => void
    readonly write: (packet: Buffer) => unknown
  }
  readonly parsedStatements: Readonly<Record<string, string>>
  readonly submittedNamedStatements: Record<string, string>
  readonly parse: (statement: { readonly name: string; readonly text: string }) => void
  readonly bind: (statement: {
    readonly statement: string
    readonly values: readonly (string | null | Buffer)[]
  }) => void
  readonly describe: (portal: { readonly type: 'P' }) => void
  readonly execute: () => void
  readonly sync: () => void
}

/** What one connection knows of the statements that it has prepared. */
interface Prepared {
  /** How the rows of each are read; undefined for one that gives none. PostgreSQL refuses a statement whose columns changed. */
  readonly readers: Map<string, ReadRow | undefined>
  /** The same connection; what is sent over it waits in `packet`. */
  readonly collecting: Connection
  readonly packet: Buffer[]
}

const preparedOn = new WeakMap<Connection, Prepared>()

const preparedBy = (connection: Connection): Prepared => {
  const known = preparedOn.get(connection)
  if (known !== undefined) return known
  const packet: Buffer[] = []
  const collecting = Object.create(connection, {
    _send: { value: (message: Buffer) => void packet.push(message) },
  }) as Connection // inherits the rest
  const made = { readers: new Map<string, ReadRow | undefined>(), collecting, packet }
  preparedOn.set(connection, made)
  return made
}

type Answer = (error: Error | undefined, rows: readonly Row[]) => void

/**
 * A statement that reads, and its scope, sent together and answered together (`ScopedStatement` says why that is safe).
 * Does no more than reading takes: one packet is written, its columns are described once for a connection, and rows are
 * made of the texts as they come.
 */
export class ReadStatement {
  readonly name: string
  readonly text: string
  /** Called once, when the connection is done with the statement. */
  readonly callback: (error: Error) => void
  readonly #values: readonly (string | null | Buffer)[]
  readonly #settings: ScopeSettings
  readonly #answer: Answer
  readonly #rows: Row[] = []
  #prepared: Prepared | undefined
  #read: ReadRow | undefined
  #isOfScope = false
  #failure: Error | undefined

  constructor({ name, text, values }: NamedStatement, settings: ScopeSettings, answer: Answer) {
    this.name = name
    this.text = text
    this.#values = values
    this.#settings = settings
    this.#answer = answer
    this.callback = (error) => answer(error, [])
  }

  submit(connection: Connection): void {
    const { stream } = connection
    const prepared = (this.#prepared = preparedBy(connection))
    stream.cork() // until the turn of the event loop ends (`PacketSocket`)
    try {
      this.#write(connection, prepared)
    } finally {
      const packet = Buffer.concat(prepared.packet.splice(0))
      if (stream.writable) stream.write(packet) // else the connection is about to say that it is lost, as in pg's `_send`
      stream.uncork()
    }
  }

  #write(connection: Connection, { collecting, readers }: Prepared): void {
    const { name, text } = this
    try {
      if (!isUnscoped(this.#settings)) {
        collecting.bind({ statement: SET_SCOPE.name, values: scopeValues(this.#settings) })
        collecting.execute()
        this.#isOfScope = true
      }
      const isParsed = name in connection.parsedStatements || name in connection.submittedNamedStatements
      if (name === '' || !isParsed) {
        collecting.parse({ name, text })
        if (name !== '') connection.submittedNamedStatements[name] = text
      }
      collecting.bind({ statement: name, values: this.#values })
      if (name !== '' && readers.has(name)) this.#read = readers.get(name)
      else collecting.describe({ type: 'P' })
      collecting.execute()
    } catch (error) {
      this.#fail(error)
    }
    collecting.sync()
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error))
  }

  handleRowDescription(columns: Columns): void {
    try {
      this.#read = rowReader(columns)
    } catch (error) {
      this.#fail(error)
    }
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (this.#failure !== undefined || this.#read === undefined) return
    try {
      this.#rows.push(this.#read(fields))
    } catch (error) {
      this.#fail(error)
    }
  }

  handleCommandComplete(): void {
    if (this.#isOfScope) this.#isOfScope = false
    else if (this.#failure === undefined && this.name !== '') this.#prepared?.readers.set(this.name, this.#read)
  }

  handleReadyForQuery(): void {
    this.#answer(this.#failure, this.#rows)
  }

  handleError(error: Error): void {
    this.#answer(this.#failure ?? error, [])
  }

  /** A text without a statement in it. */
  handleEmptyQuery(): void {
    this.#isOfScope = false
  }
}

// pg sends what shares a pipelined connection only where it is a query of its own kind: one that asks for all rows at once.
Object.setPrototypeOf(ReadStatement.prototype, Query.prototype as object)
