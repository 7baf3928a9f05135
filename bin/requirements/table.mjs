/** Rows R1 to R100, as the design documents number them. */
export const ROWS = Array.from({ length: 100 }, (_, index) => `R${index + 1}`)

/**
 * @typedef {{ row: string, files: readonly string[] }} Requirement No file: the row is open.
 */

/**
 * Reads the tables of docs/requirements.md: `| row | requirement | files or open |`.
 * @param {string} page
 * @returns {{ requirements: Requirement[], mistakes: string[] }}
 */
export const readRequirements = (page) => {
  /** @type {string[]} */
  const mistakes = []
  const requirements = page
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([before, row]) => before === '' && /^R\d+$/.test(row ?? ''))
    .map(([, row = '', , shownBy = '']) => {
      const files = [...shownBy.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file)
      if (files.length === 0 && shownBy !== 'open') {
        mistakes.push(`${row}: "${shownBy}" is neither \`open\` nor test files in backticks`)
      }
      return { row, files }
    })
  for (const row of ROWS) {
    const count = requirements.filter((requirement) => requirement.row === row).length
    if (count !== 1) mistakes.push(`${row}: stands ${count} times, not once`)
  }
  for (const { row } of requirements) if (!ROWS.includes(row)) mistakes.push(`${row}: is no row of the requirements`)
  return { requirements, mistakes }
}

/**
 * Whether a text cites the row as a word of its own: `R4` is not cited by `R42`.
 * @param {string} text
 * @param {string} row
 */
export const cites = (text, row) => new RegExp(`\\b${row}\\b`).test(text)
