/** Whether an error of Node's or PostgreSQL's carries this code: `ENOENT`, `42P04`. */
export const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code
