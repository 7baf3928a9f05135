import { parseArgs } from 'node:util'
import { proveGuards } from './guards/report.ts'
import { proofOnDatabase } from './report/program.ts'

/** `npm run prove:guards -- [--sample]`: every guard, or every fifth of each kind. */
const { values } = parseArgs({ options: { sample: { type: 'boolean', default: false } } })
await proofOnDatabase(() => proveGuards(values.sample ? { everyNth: 5 } : 'all'))
