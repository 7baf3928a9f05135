import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createConnection } from 'node:net'
import { until } from './until.ts'

export interface TestNats {
  readonly url: string
  /** Kills the server as a crash would, and starts it again on the same port with what it had stored. */
  readonly crash: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** A real nats-server with JetStream on a free port of the loopback interface, its files in a folder of their own. */
export const startNats = async (): Promise<TestNats> => {
  const binary = findServer()
  const directory = await mkdtemp(join(tmpdir(), 'gpuaas-nats-'))

  const launch = (port: string): ChildProcess =>
    spawn(binary, ['-a', '127.0.0.1', '-p', port, '-js', '-sd', directory, '--ports_file_dir', directory], {
      stdio: 'ignore',
    })

  let server = launch('-1') // any free port, told in a file
  const address = new URL(await readAddress(directory, server))

  return {
    url: address.href,
    crash: async () => {
      const dead = once(server, 'exit')
      server.kill('SIGKILL')
      await dead
      server = launch(address.port)
      await until('the NATS server answers again', () => answers(Number(address.port)))
    },
    stop: async () => {
      const ended = once(server, 'exit')
      server.kill('SIGTERM')
      await ended
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Debian keeps it in a folder that is not in everybody's PATH. Missing is a failure: a skipped test proves nothing. */
const findServer = (): string => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin']
  const found = folders.map((folder) => join(folder, 'nats-server')).find((path) => existsSync(path))
  if (found === undefined) throw new Error('These tests need nats-server: apt-get install -y nats-server')
  return found
}

const readAddress = async (directory: string, server: ChildProcess): Promise<string> => {
  const file = join(directory, `nats-server_${String(server.pid)}.ports`)
  let address: string | undefined
  await until('the NATS server tells its port', async () => {
    if (server.exitCode !== null) throw new Error(`nats-server ended with ${server.exitCode.toString()}`)
    const text = await readFile(file, 'utf8').catch(() => '')
    const ports: unknown = text === '' ? {} : JSON.parse(text)
    if (typeof ports === 'object' && ports !== null && 'nats' in ports && Array.isArray(ports.nats)) {
      address = String(ports.nats[0])
    }
    return address !== undefined
  })
  return address ?? ''
}

const answers = async (port: number): Promise<boolean> => {
  const socket = createConnection({ host: '127.0.0.1', port })
  try {
    await once(socket, 'data') // the server greets first
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
