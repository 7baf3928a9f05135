/**
 * Progress goes to standard error; standard output belongs to the command.
 * @param {string} line
 */
export const say = (line) => {
  process.stderr.write(`${line}\n`)
}

/**
 * What stopped the bootstrap, with its remedy: shown without a stack.
 */
export class Refusal extends Error {}
