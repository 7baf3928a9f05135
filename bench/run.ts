import { arch, cpus } from 'node:os'
import { parseArguments, USAGE } from './arguments.ts'
import { checkEqual, measure, type Sample } from './load.ts'
import { OPERATIONS } from './operations.ts'
import { summarize, type OperationSamples, type Report } from './report.ts'
import { CONTENDERS, setStage, type ContenderName } from './stage.ts'
import { tableOf } from './table.ts'
import { versions } from './versions.ts'
import { writeReport } from './write.ts'

/** `npm run bench`: this gateway in process, over HTTP, and the stock gateway, by turns. */
const ended = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    ended.abort(new Error(`stopped by ${signal}`))
  })
}

const progress = (message: string): void => {
  process.stderr.write(`… ${message}\n`)
}

const main = async (): Promise<void> => {
  const given = parseArguments(process.argv.slice(2))
  if (given === undefined) {
    console.error(USAGE)
    process.exitCode = 2
    return
  }
  const { rounds, seconds, warmUpSeconds, connections, name, nodeFlags } = given
  const operations = OPERATIONS.filter((operation) => given.operations.includes(operation.name))
  const contenders = CONTENDERS.filter((contender) => given.contenders.includes(contender))
  const stage = await setStage({ progress, nodeFlags })
  try {
    const targetOf = (contender: ContenderName) => {
      const target = stage.targets.get(contender)
      if (target === undefined) throw new Error(`${contender} does not run`)
      return target
    }
    const results: OperationSamples[] = []
    const load = { connections, seconds, ended: ended.signal }
    for (const operation of operations) {
      const bytes = await checkEqual(stage.targets, operation)
      progress(`${operation.name}: equal answers of ${bytes} bytes; warming up`)
      for (const contender of contenders)
        await measure(targetOf(contender), operation, { ...load, seconds: warmUpSeconds })
      const samples = new Map<ContenderName, Sample[]>(contenders.map((contender) => [contender, []]))
      for (let round = 1; round <= rounds; round += 1) {
        for (const contender of contenders) {
          const sample = await measure(targetOf(contender), operation, load)
          samples.get(contender)?.push(sample)
          progress(
            `${operation.name}, round ${round} of ${rounds}, ${contender}: ${sample.requestsPerSecond.toFixed(0)} requests/s`,
          )
        }
      }
      results.push({ operation, bytes, samples })
    }
    const report: Report = {
      command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
      date: new Date().toISOString().slice(0, 10),
      versions: await versions(),
      machine: { cpus: cpus().length, architecture: arch(), platform: process.platform },
      load: { connections, rounds, seconds, warmUpSeconds },
      operations: results.map(summarize),
      memoryMegabytes: await stage.memory(),
    }
    if (name !== undefined) await writeReport(name, report)
    console.log(tableOf(report))
  } finally {
    progress('Stopping everything')
    await stage.stop()
  }
}

main().catch((error: unknown) => {
  console.error(ended.signal.aborted ? String(ended.signal.reason) : error)
  process.exitCode = ended.signal.aborted ? 130 : 1
})
