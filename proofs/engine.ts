import { parseArgs } from 'node:util'
import { writerCase } from '../test/testkit/random-graph/writer-case.ts'

/**
 * `npm run prove:engine -- [--cases 20000] [--seed 0]`: random schemas, operations and data with nulls and values of
 * other types in them, written by the engine and completed by graphql-js: the same bytes, errors at the same places.
 */
const { values } = parseArgs({ options: { cases: { type: 'string' }, seed: { type: 'string' } } })
const cases = Number(values.cases ?? 20_000)
const first = Number(values.seed ?? 0)

let [withErrors, bytes] = [0, 0]
for (let seed = first; seed < first + cases; seed++) {
  const { operation, written, expected } = await writerCase(seed)
  if (JSON.stringify(written) !== JSON.stringify(expected)) {
    console.error(`engine: seed ${seed} differs\n${operation}\n`, { written, expected })
    process.exit(1)
  }
  if (written.errors.length > 0) withErrors++
  bytes += written.data.length
}
console.log(`engine: holds: ${cases} random answers, ${withErrors} of them with errors, ${bytes} bytes: as graphql-js`)
