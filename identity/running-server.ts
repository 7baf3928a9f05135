import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a running server says of itself to the commands that talk to it. */
export interface RunningServer {
  /** `http://127.0.0.1:4000`: without a path. */
  readonly origin: string
  /** Of the embedded identity provider; `undefined` where another issuer is in use. */
  readonly issuer: string | undefined
  readonly pid: number
}

const fileIn = (dataDirectory: string): string => join(dataDirectory, 'server.json')

/** Says where the server is, in `<dataDirectory>/server.json`. Written whole or not at all. */
export const recordRunningServer = async (dataDirectory: string, server: RunningServer): Promise<void> => {
  await mkdir(dataDirectory, { recursive: true })
  const draft = `${fileIn(dataDirectory)}.${randomUUID()}`
  await writeFile(draft, `${JSON.stringify(server, undefined, 2)}\n`, {
    mode: 0o600,
  })
  await rename(draft, fileIn(dataDirectory))
}

/** Takes the record back, unless another process wrote it since. */
export const forgetRunningServer = async (dataDirectory: string, pid: number): Promise<void> => {
  const server = await readRecord(dataDirectory)
  if (server?.pid === pid) await rm(fileIn(dataDirectory), { force: true })
}

/** `undefined` when no server is recorded or the one that was is gone, for instance killed. */
export const findRunningServer = async (dataDirectory: string): Promise<RunningServer | undefined> => {
  const server = await readRecord(dataDirectory)
  return server !== undefined && isAlive(server.pid) ? server : undefined
}

const readRecord = async (dataDirectory: string): Promise<RunningServer | undefined> => {
  const text = await readFile(fileIn(dataDirectory), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return parseRecord(JSON.parse(text))
  } catch {
    return undefined // not ours, or of an older version: as good as none
  }
}

// By hand and not with zod: `npm run token` waits for every module that it loads.
const parseRecord = (value: unknown): RunningServer | undefined => {
  if (typeof value !== 'object' || value === null || !('origin' in value) || !('pid' in value)) return undefined
  const { origin, pid } = value
  const issuer = 'issuer' in value ? value.issuer : undefined
  if (typeof origin !== 'string' || typeof pid !== 'number') return undefined
  if (issuer !== undefined && typeof issuer !== 'string') return undefined
  return { origin, issuer, pid }
}

/** Signal 0 asks and does nothing; EPERM means alive and somebody else's. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM'
  }
}
