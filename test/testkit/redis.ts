import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A real Redis of one test, on a free port of this machine, forgotten when it stops. */
export interface TestRedis {
  readonly url: string
  /** As a power cut would: nothing is said to clients. */
  readonly kill: () => Promise<void>
  /** After `kill`: an empty server at the same address. */
  readonly restart: () => Promise<void>
  /** Stops answering without closing anything, until `resume`. */
  readonly pause: () => void
  readonly resume: () => void
  readonly stop: () => Promise<void>
}

export const startRedis = async (): Promise<TestRedis> => {
  const directory = await mkdtemp(join(tmpdir(), 'gpuaas-redis-'))
  const { port, server } = await startOnFreePort(directory)
  let current = server
  const kill = async (): Promise<void> => {
    await end(current)
  }
  return {
    url: `redis://127.0.0.1:${port.toString()}`,
    kill,
    restart: async () => {
      current = await start(directory, port)
    },
    pause: () => {
      current.kill('SIGSTOP')
    },
    resume: () => {
      current.kill('SIGCONT')
    },
    stop: async () => {
      await kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

const ATTEMPTS = 5

const startOnFreePort = async (directory: string, attempt = 1): Promise<{ port: number; server: ChildProcess }> => {
  const port = await freePort()
  try {
    return { port, server: await start(directory, port) }
  } catch (error) {
    if (attempt === ATTEMPTS || !String(error).includes('Address already in use')) throw error
    return startOnFreePort(directory, attempt + 1)
  }
}

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const start = async (directory: string, port: number): Promise<ChildProcess> => {
  const settings = [
    '--port',
    port.toString(),
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    '--appendonly',
    'no',
  ]
  const server = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: string[] = []
  const answer = await new Promise<'ready' | Error>((resolve) => {
    server.once('error', (error) => {
      resolve(new Error('redis-server could not be run. Install it: apt-get install redis-server', { cause: error }))
    })
    server.once('exit', () => {
      resolve(new Error(`redis-server stopped at start:\n${said.join('\n')}`))
    })
    createInterface({ input: server.stdout }).on('line', (line) => {
      said.push(line)
      if (line.includes('Ready to accept connections')) resolve('ready')
    })
  })
  if (answer !== 'ready') throw answer
  return server
}

const end = async (server: ChildProcess): Promise<void> => {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.kill('SIGKILL')
  await once(server, 'exit')
}
