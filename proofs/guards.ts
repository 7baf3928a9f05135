import { parseArgs } from 'node:util'
import { proveGuards } from './guards/report.ts'
import { proofOnDatabase } from './report/program.ts'

/** `npm run prove:guards -- [--sample] [--seed text]`: every guard, or a fifth of each kind, the same for a seed. */
const { values } = parseArgs({
  options: { sample: { type: 'boolean', default: false }, seed: { type: 'string', default: 'gpuaas' } },
})
const SHARE = 0.2
await proofOnDatabase(() =>
  proveGuards(values.sample ? { kind: 'sample', share: SHARE, seed: values.seed } : { kind: 'all' }),
)
