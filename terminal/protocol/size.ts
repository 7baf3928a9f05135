/** How large a terminal is, in characters. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** Of either side; the largest that any screen shows, and far from what would make a program allocate without end. */
const LARGEST = 1000

const isSide = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= LARGEST

/** Whether a terminal may have this size: from 1 to 1000 each way. */
export const isTerminalSize = ({ columns, rows }: TerminalSize): boolean => isSide(columns) && isSide(rows)

/** Four bytes: columns, rows. */
export const writeSize = (view: DataView, at: number, { columns, rows }: TerminalSize): void => {
  view.setUint16(at, columns)
  view.setUint16(at + 2, rows)
}

/** Undefined for a size that no terminal may have. */
export const readSize = (view: DataView, at: number): TerminalSize | undefined => {
  const size = { columns: view.getUint16(at), rows: view.getUint16(at + 2) }
  return isTerminalSize(size) ? size : undefined
}
