/**
 * The code of a system error (`ENOENT`), whichever realm made it; undefined for anything else.
 * @param {unknown} error
 */
export const errorCode = (error) =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
