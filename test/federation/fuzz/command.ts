import { parseArgs } from 'node:util'
import { compareGraph } from './compare.ts'

/** `npm run fuzz -- --cases 20000 --seed 1`: random federations against one server each. */
const { values } = parseArgs({
  options: { cases: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
})
const OPERATIONS_OF_GRAPH = 100
const cases = Number(values.cases)
const first = Number(values.seed)

let done = 0
for (let seed = first; done < cases; seed++) {
  const operations = Math.min(OPERATIONS_OF_GRAPH, cases - done)
  const difference = await compareGraph(seed * 1000, operations)
  if (difference) {
    process.stdout.write(`${JSON.stringify(difference, undefined, 2)}\nseed ${seed.toString()} differs\n`)
    process.exit(1)
  }
  done += operations
  if (done % 1000 === 0)
    process.stdout.write(`${done.toString()} of ${cases.toString()} operations are as one server answers them\n`)
}
process.stdout.write(`${done.toString()} operations from seed ${first.toString()}: no difference\n`)
process.exit(0)
