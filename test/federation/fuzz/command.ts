import { parseArgs } from 'node:util'
import { PLANNING_LIMITS } from '../../../gateway/supergraph/supergraph.ts'
import { compareGraph } from './compare.ts'

/**
 * `npm run fuzz -- --cases 20000 --seed 1`: random federations against one server each. With `--aside` every operation is
 * planned in the thread that plans large ones.
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    aside: { type: 'boolean', default: false },
  },
})
const OPERATIONS_OF_GRAPH = 100
const cases = Number(values.cases)
const first = Number(values.seed)
const planning = { ...PLANNING_LIMITS, ...(values.aside && { maxFieldsHere: 0 }) }

let done = 0
for (let seed = first; done < cases; seed++) {
  const operations = Math.min(OPERATIONS_OF_GRAPH, cases - done)
  const difference = await compareGraph(seed * 1000, operations, planning)
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
