import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SUBGRAPHS } from '../../platform/config/roles.ts'
import { pageOf } from './page.ts'
import { soak } from './soak.ts'

/**
 * `npm run soak`: the product under load while it is broken. Ends with 1 when a reader missed something, was told twice or
 * in another order, or when the readers without cursors, which must lose something, did not.
 */
const USAGE = `npm run soak                   ten minutes, results in bench/results/soak.{json,md}
  -- --minutes 1               for so long; less than ten minutes writes nothing unless --write is given
  -- --seed 7                  which faults, when
  -- --readers 60              how many follow their notifications`

const RESULTS = join(import.meta.dirname, '..', 'results')
const FULL_MINUTES = 10

const given = () => {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: FULL_MINUTES.toString() },
        seed: { type: 'string', default: '1' },
        readers: { type: 'string', default: '60' },
        write: { type: 'boolean', default: false },
      },
    })
    const numbers = { minutes: Number(values.minutes), seed: Number(values.seed), readers: Number(values.readers) }
    return Object.values(numbers).every((value) => Number.isFinite(value) && value > 0)
      ? { ...values, ...numbers }
      : undefined
  } catch {
    return undefined
  }
}

const run = async (): Promise<number> => {
  const values = given()
  if (values === undefined) {
    console.error(USAGE)
    return 2
  }
  const { minutes, seed, readers } = values
  const report = await soak({
    seconds: minutes * 60,
    seed,
    readers,
    producers: 4,
    perSecond: 5,
    calmMs: 3_000,
    quietMs: 3_000,
    subgraphs: SUBGRAPHS,
    drainWindowMs: 5_000,
    say: (line) => {
      console.log(line)
    },
  })
  for (const failure of report.failures) console.log(`a reader was told: ${failure}`)
  if (minutes >= FULL_MINUTES || values.write) {
    await mkdir(RESULTS, { recursive: true })
    await writeFile(join(RESULTS, 'soak.json'), `${JSON.stringify(report, undefined, 2)}\n`)
    await writeFile(join(RESULTS, 'soak.md'), pageOf(report, new Date().toISOString().slice(0, 10)))
  }
  const isClean = report.missed + report.repeated + report.outOfOrder + report.failures.length === 0
  return isClean && report.delivered > 0 && report.naive.missed > 0 ? 0 : 1
}

process.exitCode = await run()
