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
