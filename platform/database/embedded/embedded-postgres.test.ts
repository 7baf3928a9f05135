import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { silentLog } from '../../log/log.ts'
import { eventually } from '../../../test/testkit/eventually.ts'
import { runDirectory } from '../../../test/testkit/run-directory.ts'
import { withDatabase } from '../database-url.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts'
import { isAlive, processIdentity, servesDirectory } from './process-identity.ts'

let directory: string
let progress: string[]
let started: EmbeddedPostgres[]
let children: ChildProcess[]

beforeEach(async () => {
  // Closed to everybody else, as root's home is: the account that PostgreSQL runs under must get through.
  directory = await mkdtemp(join(runDirectory(), 'embedded-'))
  progress = []
  started = []
  children = []
})

afterEach(async () => {
  for (const postgres of started) await postgres.stop()
  for (const child of children) child.kill('SIGKILL')
  const left = await serverPid().catch(() => 0)
  if (left > 0 && (await servesDirectory(left, join(directory, 'postgres')))) process.kill(left, 'SIGKILL')
  await rm(directory, { recursive: true, force: true })
})

const start = async (): Promise<EmbeddedPostgres> => {
  const postgres = await startEmbeddedPostgres({
    directory,
    log: silentLog,
    progress: (message) => progress.push(message),
  })
  started.push(postgres)
  return postgres
}

const query = async (postgres: { readonly url: string }, text: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: withDatabase(postgres.url, 'postgres') })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<Record<string, unknown>>({ text })
    return rows
  } finally {
    await client.end()
  }
}

const serverPid = async (): Promise<number> =>
  Number((await readFile(join(directory, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])

/** Names in the data directory. */
const sockets = async (): Promise<string[]> =>
  (await readdir(join(directory, 'postgres'))).filter((name) => /^\.s\.PGSQL\.\d+$/.test(name))

/** Another process that starts the database of the same directory and says when it runs. */
const startElsewhere = async (): Promise<ChildProcess> => {
  const program = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(join(import.meta.dirname, 'embedded-postgres.ts'))})
    const { silentLog } = await import(${JSON.stringify(join(import.meta.dirname, '../../log/log.ts'))})
    const directory = ${JSON.stringify(directory)}
    await startEmbeddedPostgres({ directory, log: silentLog, progress: () => undefined })
    process.stdout.write('running')
    setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

/** What a machine does that loses its power, as far as processes go: neither ends the other. */
const startElsewhereAndKillAll = async (): Promise<void> => {
  const elsewhere = await startElsewhere()
  const server = await serverPid()
  const gone = once(elsewhere, 'exit')
  elsewhere.kill('SIGKILL')
  process.kill(server, 'SIGKILL')
  await gone
}

test('what was committed is there after a stop and a start', async () => {
  const first = await start()
  await query(first, 'create table kept as select 42 as answer')
  await first.stop()
  expect(await readdir(directory)).not.toContain('postgres.owner.json')
  const second = await start()
  await expect(query(second, 'select answer from kept')).resolves.toEqual([{ answer: 42 }])
})

test('of many that start at once in one directory, one does', async () => {
  const outcomes = await Promise.allSettled([start(), start(), start()])
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a directory that was left half-made is made again', async () => {
  await mkdir(join(directory, 'postgres.initializing/base'), { recursive: true })
  await writeFile(join(directory, 'postgres.initializing/PG_VERSION'), '18\n')
  await writeFile(join(directory, 'postgres.initializing.password'), 'left')
  await writeFile(join(directory, 'postgres.owner.json'), '{"pid":')
  await expect(query(await start(), 'select 1 as one')).resolves.toEqual([{ one: 1 }])
  expect((await readdir(directory)).toSorted()).toEqual([
    'postgres',
    'postgres.log',
    'postgres.owner.json',
    'secrets.json',
  ])
})

test('data of another version is refused with its name, and left as it is', async () => {
  await mkdir(join(directory, 'postgres'))
  await writeFile(join(directory, 'postgres/PG_VERSION'), '15\n')
  await expect(start()).rejects.toMatchObject({
    code: 'EMBEDDED_DATABASE_FAILED',
    message: expect.stringContaining('version 15'),
  })
  await expect(readFile(join(directory, 'postgres/PG_VERSION'), 'utf8')).resolves.toBe('15\n')
})

const addressOfServer = 'select host(inet_server_addr()) as address'

describe('a database that was made before', () => {
  let made: string

  beforeAll(async () => {
    made = await mkdtemp(join(runDirectory(), 'made-'))
    await (await startEmbeddedPostgres({ directory: made, log: silentLog, progress: () => undefined })).stop()
  })
  afterAll(() => rm(made, { recursive: true }))

  const copy = async (): Promise<void> => {
    // Its files belong to the account that PostgreSQL runs under, and stay that account's.
    await promisify(execFile)('cp', ['-a', `${made}/.`, directory])
  }
  beforeEach(copy)

  test('commits are durable, and nobody else can connect or read the password', async () => {
    const postgres = await start()
    await expect(
      query(
        postgres,
        `select name, setting from pg_settings
        where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses') order by name`,
      ),
    ).resolves.toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'synchronous_commit', setting: 'on' },
    ])
    const withoutPassword = postgres.url.replace(/:[0-9a-f]{64}@/, ':guess@')
    await expect(query({ url: withoutPassword }, 'select 1')).rejects.toThrow('password authentication failed')
    expect((await stat(join(directory, 'secrets.json'))).mode & 0o077).toBe(0)
    expect((await stat(join(directory, 'postgres'))).mode & 0o077).toBe(0)
  })

  test('a server that is killed is started again by itself, with everything it had committed', async () => {
    const postgres = await start()
    await query(postgres, 'create table kept as select 42 as answer')
    const killed = await serverPid()
    process.kill(killed, 'SIGKILL')
    await eventually(async () => {
      await expect(query(postgres, 'select answer from kept')).resolves.toEqual([{ answer: 42 }])
    })
    expect(await serverPid()).not.toBe(killed)
  })

  test('the server of a process that was killed is stopped, and its data served anew', async () => {
    const elsewhere = await startElsewhere()
    const orphan = await serverPid()
    const gone = once(elsewhere, 'exit')
    elsewhere.kill('SIGKILL')
    await gone
    await expect(processIdentity(orphan)).resolves.toBeDefined()
    const postgres = await start()
    expect(progress).toContain('Stopping the database of a server that was killed')
    await expect(processIdentity(orphan)).resolves.toBeUndefined()
    await expect(query(postgres, 'select 1 as one')).resolves.toEqual([{ one: 1 }])
  })

  test('everything killed at once is recovered', async () => {
    await startElsewhereAndKillAll()
    await expect(query(await start(), 'select 1 as one')).resolves.toEqual([{ one: 1 }])
  })

  test('a second process is told which one holds the directory', async () => {
    const elsewhere = await startElsewhere()
    await expect(start()).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_BUSY',
      message: expect.stringContaining(`process ${String(elsewhere.pid)}`),
    })
  })

  test('files that name a process id which a stranger has by now hold nothing up', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'])
    children.push(stranger)
    const pid = stranger.pid ?? 0
    await writeFile(
      join(directory, 'postgres/postmaster.pid'),
      `${String(pid)}\n${directory}/postgres\n1\n1\n\n127.0.0.1\n0\nready\n`,
    )
    await writeFile(join(directory, 'postgres.owner.json'), JSON.stringify({ pid, identity: 'of a process before it' }))
    await expect(query(await start(), 'select 1 as one')).resolves.toEqual([{ one: 1 }])
    expect(isAlive(pid)).toBe(true)
    await expect(servesDirectory(pid, join(directory, 'postgres'))).resolves.toBe(false)
  })

  test('a server that cannot start says what PostgreSQL said', async () => {
    const failing = startEmbeddedPostgres({
      directory,
      settings: { shared_buffers: 'many' },
      log: silentLog,
      progress: () => undefined,
    })
    await expect(failing).rejects.toMatchObject({
      code: 'EMBEDDED_DATABASE_FAILED',
      message: expect.stringContaining('invalid value for parameter "shared_buffers"'),
    })
  })

  test('it is reached over a Unix socket that nobody else may open, and over the loopback interface', async () => {
    const postgres = await start()
    await expect(query(postgres, addressOfServer)).resolves.toEqual([{ address: null }])
    const byPort = new URL(postgres.url)
    byPort.search = ''
    await expect(query({ url: byPort.href }, addressOfServer)).resolves.toEqual([{ address: '127.0.0.1' }])
    const [socket = ''] = await sockets()
    expect((await stat(join(directory, 'postgres', socket))).mode & 0o077).toBe(0)
  })

  test('servers that are killed leave no sockets behind', async () => {
    await startElsewhereAndKillAll()
    const left = await sockets()
    expect(left).toHaveLength(1)
    const { port } = new URL((await start()).url)
    await expect(sockets()).resolves.toEqual([`.s.PGSQL.${port}`])
    expect(left).not.toEqual([`.s.PGSQL.${port}`])
  })

  test('in a directory whose path is too long for a socket it is reached over its port', async () => {
    directory = join(directory, 'deep'.repeat(30))
    await mkdir(directory)
    await copy()
    await expect(query(await start(), addressOfServer)).resolves.toEqual([{ address: '127.0.0.1' }])
    await expect(sockets()).resolves.toEqual([])
  })

  test('it listens on the loopback interface alone', async () => {
    const { port } = new URL((await start()).url)
    const socket = createConnection({ host: '127.0.0.2', port: Number(port) })
    const [error] = (await Promise.race([once(socket, 'error'), once(socket, 'connect').then(() => [])])) as [
      { code?: string }?,
    ]
    socket.destroy()
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  })
})
