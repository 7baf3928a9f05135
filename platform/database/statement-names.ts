/** Statements kept prepared on each connection: enough for every shape that repositories write. */
const LIMIT = 500

export type StatementNames = (query: { readonly sql: string }) => string

/**
 * Names each distinct statement, so that a connection parses and plans it once. Past the limit statements stay
 * unnamed: lists of changing length must not fill the server's memory.
 */
export const createStatementNames = (): StatementNames => {
  const names = new Map<string, string>()
  return ({ sql }) => {
    const known = names.get(sql)
    if (known !== undefined) return known
    if (names.size >= LIMIT) return '' // the driver takes the empty name for none
    const name = `q${String(names.size)}`
    names.set(sql, name)
    return name
  }
}
