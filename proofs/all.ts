import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { PROOFS } from '../platform/evidence/proof-report.ts'

/** `npm run prove -- [--sample]`: each proof in a process of its own; exit code 1 when one does not hold. */
const sampling = new Set<string>(['guards', 'sameness'])
const isSampled = process.argv.includes('--sample')
const failed = PROOFS.filter((name) => {
  const args = isSampled && sampling.has(name) ? ['--sample'] : []
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], {
    stdio: 'inherit',
  })
  return status !== 0
})
console.log(
  failed.length === 0 ? `prove: all ${PROOFS.length.toString()} proofs hold` : `prove: FAILS: ${failed.join(', ')}`,
)
process.exitCode = failed.length === 0 ? 0 : 1
