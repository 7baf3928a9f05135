import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { arch, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { signIn } from '../../identity/sign-in.ts'
import { startChild } from '../child.ts'
import { undoing } from '../undoing.ts'
import { pageOf, type LoadResult, type TerminalReport } from './page.ts'

/**
 * `npm run bench:terminal`: many sessions that stream while keys are typed into each. The product as `npm start` runs it,
 * its agent and the shells beside it, the load in a process of its own. With `--quick` shorter, and nothing is written.
 */
const RESULTS = join(import.meta.dirname, '..', 'results')
const FULL = { sessions: 200, bytesPerSecond: 1_000_000, seconds: 20 }
const QUICK = { sessions: 20, bytesPerSecond: 100_000, seconds: 4 }

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } })
const plan = values.quick === true ? QUICK : FULL

const load = async (origin: string, token: string): Promise<LoadResult> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'load-process.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], BENCH_PLAN: JSON.stringify({ ...plan, origin, token }) },
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'exit')) as [number | null] // as child processes say it
  if (code !== 0) throw new Error(`The load ended with ${String(code)}`)
  return JSON.parse(output) as LoadResult // what load-process.ts prints
}

const measure = async (): Promise<TerminalReport> => {
  const undo = undoing()
  try {
    const directory = await mkdtemp(join(tmpdir(), 'gpuaas-bench-'))
    undo.add(() => rm(directory, { recursive: true, force: true }))
    const server = await startChild({
      program: 'server/main.ts',
      environment: { PORT: '0', DATA_DIR: directory, LOG_LEVEL: 'error' },
      addresses: 1,
    })
    undo.add(server.stop)
    const [url = ''] = server.urls.values()
    const token = await signIn({ issuer: `${url}/identity`, email: 'owner@northwind.example', factors: 'single' })
    const before = await server.memoryMegabytes()
    const result = await load(url, token)
    return {
      ...result,
      plan,
      memoryMegabytes: { before, after: await server.memoryMegabytes() },
      date: new Date().toISOString().slice(0, 10),
      machine: { cpus: cpus().length, architecture: arch(), platform: process.platform },
      node: process.versions.node,
    }
  } finally {
    await undo.all()
  }
}

const report = await measure()
const page = pageOf(report)
console.log(page)
if (values.quick !== true) {
  await mkdir(RESULTS, { recursive: true })
  await writeFile(join(RESULTS, 'terminal.json'), `${JSON.stringify(report, undefined, 2)}\n`)
  await writeFile(join(RESULTS, 'terminal.md'), `${page}\n`)
}
