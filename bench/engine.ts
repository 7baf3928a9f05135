import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureAddedLatency } from './engine/added-latency.ts'
import { measureGrowth } from './engine/growth.ts'
import { measureEngine, type EngineMeasured } from './engine/measure-engine.ts'
import { ENGINE_OPERATIONS } from './engine/operations.ts'
import { enginePicture } from './engine/picture.ts'
import { summarizeEngine, type EngineReport } from './engine/report.ts'
import { ENGINE_CONTENDERS, setEngineStage } from './engine/stage.ts'
import { engineTable } from './engine/table.ts'

/** `npm run bench:engine`: our engine against stock, Hive and what somebody would write by hand, by turns. */
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    contender: { type: 'string', multiple: true },
    operation: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string' },
  },
})
const isQuick = values.quick === true
/** Asked for otherwise than as a whole, in whichever way. */
const isPartial = Object.keys(values).length > 0
const rounds = Number(values.rounds ?? (isQuick ? 1 : 4))
const seconds = Number(values.seconds ?? (isQuick ? 1 : 4))
const connections = Number(values.connections ?? 32)
const contenders = ENGINE_CONTENDERS.filter((name) => values.contender?.includes(name) ?? true)
const operations = ENGINE_OPERATIONS.filter(({ name }) => values.operation?.includes(name) ?? true)

const ended = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    ended.abort(new Error(`stopped by ${signal}`))
  })
const progress = (message: string): void => {
  process.stderr.write(`… ${message}\n`)
}

const RESULTS = join(import.meta.dirname, 'results')
const CATALOG = 25_000

const main = async (): Promise<void> => {
  const stage = await setEngineStage({ contenders, progress, catalog: CATALOG })
  try {
    for (const [name, why] of stage.missing) progress(`${name} is missing: ${why}`)
    const load = { connections, seconds, warmUpSeconds: isQuick ? 1 : 3, rounds, ended: ended.signal, progress }
    const measured: EngineMeasured[] = []
    for (const operation of operations) measured.push(await measureEngine(stage, operation, load))
    const memory = await Promise.all(
      [...stage.children].map(async ([name, child]) => [name, Math.round(await child.memoryMegabytes())] as const),
    )
    const inProcess = stage.targets.get('ours-in-process')
    const overHttp = stage.targets.get('ours-http')
    const report: EngineReport = {
      command: ['npm run bench:engine', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
      date: new Date().toISOString().slice(0, 10),
      node: process.versions.node,
      machine: { cpus: cpus().length, isPinned: stage.isPinned },
      load: { connections, rounds, seconds },
      operations: measured.map(summarizeEngine),
      memoryMegabytes: Object.fromEntries(memory),
      startMs: Object.fromEntries([...stage.startMs].map(([name, milliseconds]) => [name, Math.round(milliseconds)])),
      missing: Object.fromEntries(stage.missing),
      addedLatency: overHttp && (await measureAddedLatency(stage.subgraph, overHttp)),
      growth: inProcess && !isQuick ? await measureGrowth(inProcess, progress) : [],
    }
    const table = engineTable(report)
    // A part of the measurement must not take the place of the whole.
    if (!isPartial) {
      await mkdir(RESULTS, { recursive: true })
      await writeFile(join(RESULTS, 'engine.json'), `${JSON.stringify(report, undefined, 2)}\n`)
      await writeFile(join(RESULTS, 'engine.md'), `# The engine, measured\n\n${table}\n`)
      await writeFile(join(RESULTS, 'engine.svg'), enginePicture(report))
    }
    console.log(table)
  } finally {
    progress('Stopping everything')
    await stage.stop()
  }
}

main().catch((error: unknown) => {
  console.error(ended.signal.aborted ? String(ended.signal.reason) : error)
  process.exitCode = ended.signal.aborted ? 130 : 1
})
