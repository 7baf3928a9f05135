import { readerOf } from './column-values.ts'

/** What the driver tells of a statement's columns, and of each row. */
export interface Columns {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}

export type Row = Readonly<Record<string, unknown>>

/** The texts of one row, in the order of the columns. */
export type ReadRow = (texts: readonly (string | null)[]) => Row

/** How each row of a statement is read; made once for the statement and not for each of its answers. */
export const rowReader = ({ fields }: Columns): ReadRow => {
  const names = fields.map(({ name }) => name)
  const readers = fields.map(({ name, dataTypeID }) => readerOf(dataTypeID, name))
  const empty = Object.fromEntries(names.map((name) => [name, null]))
  return (texts) => {
    const row: Record<string, unknown> = { ...empty }
    for (let index = 0; index < names.length; index += 1) {
      const text = texts[index]
      if (text === null || text === undefined) continue
      const read = readers[index]
      row[names[index] ?? ''] = read === undefined ? text : read(text)
    }
    return row
  }
}
