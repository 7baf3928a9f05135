import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { join } from 'node:path'

/** A process of the bench that serves. */
export interface Child {
  /** Each address that it told, by the words before it: `Subgraph iam ready at http://…` is under `Subgraph iam`. */
  readonly urls: ReadonlyMap<string, string>
  /** When it was started, by `performance.now()`. */
  readonly startedAt: number
  readonly memoryMegabytes: () => Promise<number>
  /** What it has used of the processors since it began; `NaN` where the system does not tell (other than Linux). */
  readonly cpuSeconds: () => Promise<number>
  readonly stop: () => Promise<void>
}

export interface ChildOptions {
  readonly program: string
  readonly environment: Readonly<Record<string, string>>
  readonly nodeFlags?: readonly string[]
  readonly args?: readonly string[]
  /** The processors that it may use, as `taskset -c` takes them; where there is no taskset, any. */
  readonly cpus?: string | undefined
  /** How many addresses it tells before it counts as started. */
  readonly addresses: number
}

const ROOT = join(import.meta.dirname, '..')
const START_MS = 60_000
const STOP_MS = 15_000
const ANNOUNCED = /^(.*?)(?: ready at| is ready:) (http:\/\/127\.0\.0\.1:\d+)/gm

/** Only what a process needs to run at all: a setting of the person's shell must not change what is measured. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ']

export const startChild = async (options: ChildOptions): Promise<Child> => {
  const { program, environment, nodeFlags = [], args = [], cpus, addresses } = options
  const kept = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
  const command = [process.execPath, ...nodeFlags, join(ROOT, program), ...args]
  const [first = '', ...rest] = cpus === undefined ? command : ['taskset', '-c', cpus, ...command]
  const startedAt = performance.now()
  const child = spawn(first, rest, {
    cwd: ROOT,
    env: { ...kept, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    const urls = await announcements(child, program, addresses)
    return {
      ...{ urls, startedAt },
      memoryMegabytes: () => residentMegabytes(child),
      cpuSeconds: () => usedSeconds(child),
      stop: () => stop(child),
    }
  } catch (error) {
    await stop(child)
    throw error
  }
}

/** Reads what the process prints until it has told every address, and keeps its pipes empty from then on. */
const announcements = (child: ChildProcess, program: string, addresses: number): Promise<ReadonlyMap<string, string>> =>
  new Promise((resolve, reject) => {
    let output = ''
    let isStarted = false
    const fail = (why: string) => reject(new Error(`${program} ${why}:\n${output.slice(-4000)}`))
    const timer = setTimeout(() => fail('did not start in time'), START_MS)
    const read = (chunk: Buffer): void => {
      if (isStarted) return
      output += chunk.toString()
      const urls = new Map([...output.matchAll(ANNOUNCED)].map(([, name = '', url = '']) => [name, url]))
      if (urls.size < addresses) return
      isStarted = true
      clearTimeout(timer)
      resolve(urls)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('error', reject)
    child.once('exit', () => {
      clearTimeout(timer)
      fail('ended')
    })
  })

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

const stop = async (child: ChildProcess): Promise<void> => {
  if (hasEnded(child) || child.pid === undefined) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(timer)
}

/** The resident set, as Linux or `ps` tells it. */
const residentMegabytes = async ({ pid }: ChildProcess): Promise<number> => {
  const id = String(pid)
  const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => undefined)
  const kilobytes =
    status === undefined
      ? (await promisify(execFile)('ps', ['-o', 'rss=', '-p', id])).stdout
      : /^VmRSS:\s+(\d+)/m.exec(status)?.[1]
  return Number(kilobytes) / 1024
}

/** Fields 14 and 15 of `/proc/<pid>/stat`, in hundredths of a second. */
const usedSeconds = async ({ pid }: ChildProcess): Promise<number> => {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
