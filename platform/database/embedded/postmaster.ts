import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { catalogued } from '../../errors/catalogue.ts'
import { isAlive, processIdentity, servesDirectory } from './process-identity.ts'

interface PostmasterFile {
  readonly pid: number
  readonly ready: boolean
}

/** Reads `postmaster.pid`: line 1 is the process id, line 8 the state (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_*). */
const readPostmasterFile = async (cluster: string): Promise<PostmasterFile | undefined> => {
  const content = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined)
  if (content === undefined) return undefined
  const lines = content.split('\n')
  const pid = Number(lines[0])
  return {
    pid: Number.isInteger(pid) ? pid : 0,
    ready: lines[7]?.trim() === 'ready',
  }
}

export const isReady = async (cluster: string, pid: number): Promise<boolean> => {
  const file = await readPostmasterFile(cluster)
  return file?.pid === pid && file.ready
}

const ended = async (pid: number, withinMs: number): Promise<boolean> => {
  const deadline = performance.now() + withinMs
  while ((await processIdentity(pid)) !== undefined) {
    if (performance.now() > deadline) return false
    await delay(10)
  }
  return true
}

/** Escalates from the fast shutdown (sessions ended, data written) to the immediate one (recovered at next start). */
export const shutDown = async (pid: number): Promise<void> => {
  for (const [signal, withinMs] of [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!isAlive(pid)) return
    process.kill(pid, signal)
    if (await ended(pid, withinMs)) return
  }
  throw catalogued('EMBEDDED_DATABASE_FAILED', {}, { message: `PostgreSQL (process ${String(pid)}) does not stop.` })
}

/**
 * Clears the way for a new server after whatever happened to the last one. For the owner of the data directory only:
 * a server that still runs has lost the process that started it.
 */
export const removeLeftServer = async (cluster: string, progress: (message: string) => void): Promise<void> => {
  const file = await readPostmasterFile(cluster)
  if (file === undefined || !isAlive(file.pid)) return // the server itself removes a dead one's file, with its own checks
  if (await servesDirectory(file.pid, cluster)) {
    progress('Stopping the database of a server that was killed')
    await shutDown(file.pid)
  }
  // A server that ends in order has removed it. Else the id belongs to a stranger by now, or to a dead process that
  // nobody has buried; the new server could not tell, and would refuse to start.
  await rm(join(cluster, 'postmaster.pid'), { force: true })
}
