import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { arch, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureDecisions } from './authorization-decisions.ts'
import { pageOf, type AuthorizationReport } from './authorization-page.ts'
import { measureReads } from './authorization-reads.ts'
import { measureShares } from './authorization-share.ts'
import { openFilledDatabase } from './filled-database.ts'
import { undoing } from './undoing.ts'
import { versions } from './versions.ts'

/** `npm run bench:authorization`: what authorization costs. With `--quick` shorter, and nothing is written. */
const RESULTS = join(import.meta.dirname, 'results')
const FULL = { rounds: 9, reads: 1_000, requests: 6_000 }
const QUICK = { rounds: 3, reads: 200, requests: 1_000 }

const progress = (message: string): void => {
  process.stderr.write(`… ${message}\n`)
}

const measure = async ({ rounds, reads, requests }: typeof FULL): Promise<AuthorizationReport> => {
  const undo = undoing()
  try {
    const directory = await mkdtemp(join(tmpdir(), 'gpuaas-bench-'))
    undo.add(() => rm(directory, { recursive: true, force: true }))
    const secret = randomBytes(32).toString('base64')
    const place = await openFilledDatabase({ directory, secret, progress })
    undo.add(place.stop)
    progress('decisions')
    const decisions = await measureDecisions(rounds)
    progress('reads, scoped and unscoped by turns')
    return {
      reads: await measureReads(place, rounds, reads),
      shares: await measureShares({ place, secret, directory, requests, progress }),
      decisions,
      date: new Date().toISOString().slice(0, 10),
      machine: { cpus: cpus().length, architecture: arch(), platform: process.platform },
      versions: await versions(),
    }
  } finally {
    await undo.all()
  }
}

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } })
const report = await measure(values.quick === true ? QUICK : FULL)
const page = pageOf(report)
console.log(page)
if (values.quick !== true) {
  await mkdir(RESULTS, { recursive: true })
  await writeFile(join(RESULTS, 'authorization.json'), `${JSON.stringify(report, undefined, 2)}\n`)
  await writeFile(join(RESULTS, 'authorization.md'), `${page}\n`)
}
