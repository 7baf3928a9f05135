/** What may stand behind `npm start --`. */
export interface StartArguments {
  /** Forget everything in DATA_DIR first. */
  readonly reset: boolean
}

const USAGE = `npm start               the whole product in one process
npm start -- --reset    begin anew: removes the embedded database, keys and demo data`

/** Undefined for anything unknown; the usage is on standard error then. */
export const parseArguments = (given: readonly string[]): StartArguments | undefined => {
  const unknown = given.filter((argument) => argument !== '--reset')
  if (unknown.length === 0) return { reset: given.includes('--reset') }
  process.stderr.write(`Unknown: ${unknown.join(' ')}\n\n${USAGE}\n`)
  return undefined
}
