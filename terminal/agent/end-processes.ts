import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

/** How long programs have to end by themselves when their terminal is gone. */
const GRACE_MS = 1000
const LOOK_EVERY_MS = 25

/**
 * Ends every process of a terminal: its shell and the jobs of that shell, which have process groups of their own. They
 * are told that the terminal is gone (SIGHUP) and are killed where they stay. A process that made a session of its own
 * (a daemon) is not found by it.
 */
export const endProcesses = async (leader: number): Promise<void> => {
  for (const pid of await membersOf(leader)) signal(pid, 'SIGHUP')
  const deadline = performance.now() + GRACE_MS
  while ((await membersOf(leader)).length > 0 && performance.now() < deadline) await pause(LOOK_EVERY_MS)
  for (const pid of await membersOf(leader)) signal(pid, 'SIGKILL')
}

/** The processes of the session that this one leads; where the system does not tell, the leader's group. */
const membersOf = async (leader: number): Promise<readonly number[]> => {
  const sessions = await processes()
  if (sessions === undefined) return isThere(-leader) ? [-leader] : []
  return sessions.get(leader) ?? []
}

type BySession = ReadonlyMap<number, readonly number[]>

let looked: Promise<BySession | undefined> | undefined

/** Every process by its session. One look serves all who ask within a moment: hundreds of terminals may end at once. */
const processes = (): Promise<BySession | undefined> => {
  if (looked === undefined) {
    looked = look()
    setTimeout(() => (looked = undefined), LOOK_EVERY_MS / 2).unref()
  }
  return looked
}

const look = async (): Promise<BySession | undefined> => {
  const entries = await readdir('/proc').catch(() => undefined)
  if (entries === undefined) return undefined
  const pids = entries.filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map(async (pid) => ({ pid, session: await sessionOf(pid) })))
  return new Map(
    [...Map.groupBy(found, ({ session }) => session ?? 0)].map(([session, of]) => [session, of.map(({ pid }) => pid)]),
  )
}

/** Undefined for a process that is gone, or dead and not yet forgotten. */
const sessionOf = async (pid: number): Promise<number | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  // `pid (name) state parent group session …`; a name may hold anything, parentheses too.
  const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === undefined || state === 'Z' || state === 'X' ? undefined : Number(session)
}

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const signal = (pid: number, name: 'SIGHUP' | 'SIGKILL'): void => {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended meanwhile.
  }
}
