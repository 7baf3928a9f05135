import type { DatabaseLogin } from '../../platform/config/logins.ts'

export type MemberRole = 'owner' | 'developer' | 'viewer' | 'billing'

export type Cell = string | number | bigint | boolean | Date | Uint8Array | readonly string[] | null

/** Rows of one table, written by one login: the owner for what the platform owns, a service's own for the rest. */
export interface TableRows {
  readonly role: 'owner' | DatabaseLogin
  /** `schema.table`. */
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** For what belongs to a user alone: the column that holds them. Each user's rows are written as that user. */
  readonly userColumn: string | undefined
  /** What the transaction names as operated on, where the table's policies ask for it. */
  readonly operated?: string
}

type Rows = readonly Readonly<Record<string, Cell>>[]

/** Makes `TableRows` of objects that share their keys. */
export const tableRows = (role: TableRows['role'], table: string, objects: Rows): TableRows => {
  const columns = Object.keys(objects[0] ?? {})
  const rows = objects.map((object) => columns.map((column) => object[column] ?? null))
  return { role, table, columns, rows, userColumn: undefined }
}

/** The same for rows that belong to one user each, named by `userColumn`. */
export const userRows = (role: TableRows['role'], table: string, userColumn: string, objects: Rows): TableRows => ({
  ...tableRows(role, table, objects),
  userColumn,
})
