import type { ChildProcess } from 'node:child_process'
import { open, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { catalogued } from '../../errors/catalogue.ts'
import type { PostgresBinaries } from './binaries.ts'
import type { Launcher } from './launcher.ts'
import { isReady, shutDown } from './postmaster.ts'

export interface ServerOptions {
  readonly binaries: PostgresBinaries
  readonly launcher: Launcher
  readonly cluster: string
  readonly port: number
  readonly settings: Readonly<Record<string, string>>
  readonly logFile: string
}

/** A running server. */
export interface Server {
  readonly pid: number
  /** Resolves when the server has ended, whoever ended it. */
  readonly ended: Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * For one machine, small memory, no replication. Everything that makes a commit durable (`fsync`,
 * `synchronous_commit`, `full_page_writes`) stays as PostgreSQL has it: on.
 */
export const SERVER_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '', // see SOCKET_SETTINGS
  max_connections: '200',
  shared_buffers: '64MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_parallel_workers_per_gather: '0',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] %u@%d ',
} as const satisfies Readonly<Record<string, string>>

const READY_WITHIN_MS = 60_000 // recovery after a crash reads the log since the last checkpoint
const LOG_LIMIT_BYTES = 10_000_000

/** The last server's processes may need a moment to see that their parent was killed. */
const LEFT_PROCESSES = 'pre-existing shared memory block'
const LEFT_PROCESSES_WITHIN_MS = 10_000

const launch = async (options: ServerOptions): Promise<{ child: ChildProcess; readLog: () => Promise<string> }> => {
  const size = await stat(options.logFile).then(
    (file) => file.size,
    () => 0,
  )
  const from = size > LOG_LIMIT_BYTES ? 0 : size
  const log = await open(options.logFile, from === 0 ? 'w' : 'a', 0o600)
  const settings = Object.entries({
    ...SERVER_SETTINGS,
    ...options.settings,
    port: String(options.port),
  })
  const child = options.launcher.spawn(
    options.binaries.postgres,
    ['-D', options.cluster, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    ['ignore', log.fd, log.fd], // a file: a pipe would break with us, and the server with the pipe
  )
  await log.close()
  const readLog = async (): Promise<string> => {
    const written = await open(options.logFile, 'r')
    try {
      const { buffer, bytesRead } = await written.read(Buffer.alloc(20_000), 0, 20_000, from)
      return buffer.toString('utf8', 0, bytesRead).trim()
    } finally {
      await written.close()
    }
  }
  return { child, readLog }
}

const startOnce = async (options: ServerOptions): Promise<Server | { readonly failure: string }> => {
  const { child, readLog } = await launch(options)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve()
    })
    child.once('error', () => {
      resolve()
    })
  })
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const pid = child.pid
  if (pid === undefined) return { failure: `${options.binaries.postgres} cannot be run` }

  const deadline = performance.now() + READY_WITHIN_MS
  while (!(await isReady(options.cluster, pid))) {
    if (!isRunning()) return { failure: await readLog() }
    if (performance.now() > deadline) {
      await shutDown(pid)
      return {
        failure: `not ready within ${String(READY_WITHIN_MS / 1000)} s\n${await readLog()}`,
      }
    }
    await delay(10)
  }
  // Also where the process ends without stopping us first: the server shuts down by itself then.
  const endWithUs = () => process.kill(pid, 'SIGINT')
  process.once('exit', endWithUs)
  void ended.then(() => process.off('exit', endWithUs))
  return {
    pid,
    ended,
    stop: async () => {
      if (isRunning()) await shutDown(pid)
      await ended
    },
  }
}

/** Starts the server and resolves when it accepts connections. Throws `EMBEDDED_DATABASE_FAILED` with what it wrote. */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const deadline = performance.now() + LEFT_PROCESSES_WITHIN_MS
  for (;;) {
    const outcome = await startOnce(options)
    if (!('failure' in outcome)) return outcome
    if (!outcome.failure.includes(LEFT_PROCESSES) || performance.now() > deadline) {
      throw catalogued('EMBEDDED_DATABASE_FAILED', {}, { message: `PostgreSQL did not start: ${outcome.failure}` })
    }
    await delay(100)
  }
}
