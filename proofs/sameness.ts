import { parseArgs } from 'node:util'
import { proofOnDatabase } from './report/program.ts'
import { proveSameness } from './sameness/report.ts'
import { STRICT, TOLERANT } from './sameness/timing.ts'

/** `npm run prove:sameness -- [--sample]`: times strictly, or fewer of them and more tolerantly. */
const { values } = parseArgs({ options: { sample: { type: 'boolean', default: false } } })
await proofOnDatabase(() => proveSameness(values.sample ? TOLERANT : STRICT))
