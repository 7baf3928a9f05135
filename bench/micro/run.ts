import { mkdir, writeFile } from 'node:fs/promises'
import { arch, cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { versions } from '../versions.ts'
import { callerCases } from './caller-cases.ts'
import { engineCases } from './engine-cases.ts'
import { measureCases } from './measure.ts'
import { pageOf, type MicroReport } from './page.ts'

/** `npm run bench:micro`: planner, writer, token check and preflight. With `--quick` shorter, and nothing is written. */
const { values } = parseArgs({ options: { quick: { type: 'boolean' } } })
const isQuick = values.quick === true
const RESULTS = join(import.meta.dirname, '..', 'results')

const plan = isQuick ? { rounds: 3, milliseconds: 40 } : { rounds: 9, milliseconds: 200 }
const cases = [...(await engineCases()), ...(await callerCases())]
const report: MicroReport = {
  date: new Date().toISOString().slice(0, 10),
  machine: { cpus: cpus().length, architecture: arch(), platform: process.platform },
  versions: await versions(),
  plan,
  costs: await measureCases(cases, plan),
}
const page = pageOf(report)
console.log(page)
if (!isQuick) {
  await mkdir(RESULTS, { recursive: true })
  await writeFile(join(RESULTS, 'micro.json'), `${JSON.stringify(report, undefined, 2)}\n`)
  await writeFile(join(RESULTS, 'micro.md'), `${page}\n`)
}
