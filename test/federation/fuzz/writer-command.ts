import { parseArgs } from 'node:util'
import { writerCase } from '../../testkit/random-graph/writer-case.ts'

/**
 * `npm run fuzz:writer -- [--cases 20000] [--seed 0]`: random schemas, operations and data with nulls and values of
 * other types in them, written by the engine and completed by graphql-js: the same bytes, errors at the same places.
 */
const { values } = parseArgs({ options: { cases: { type: 'string' }, seed: { type: 'string' } } })
const cases = Number(values.cases ?? 20_000)
const first = Number(values.seed ?? 0)
if (!(cases > 0) || !Number.isInteger(first)) {
  process.stderr.write(
    'npm run fuzz:writer -- [--cases 20000] [--seed 0]: both are whole numbers, and there is a case at least\n',
  )
  process.exit(2)
}

let [withErrors, bytes] = [0, 0]
for (let seed = first; seed < first + cases; seed++) {
  const { operation, written, expected } = await writerCase(seed)
  if (JSON.stringify(written) !== JSON.stringify(expected)) {
    process.stderr.write(
      `writer: seed ${seed} differs\n${operation}\n${JSON.stringify({ written, expected }, undefined, 2)}\n`,
    )
    process.exit(1)
  }
  if (written.errors.length > 0) withErrors++
  bytes += written.data.length
}
process.stdout.write(
  `writer: ${cases} random answers, ${withErrors} of them with errors, ${bytes} bytes: as graphql-js\n`,
)
