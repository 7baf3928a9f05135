import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import { hasCode } from '../error-code.ts'

const run = promisify(execFile)

/** True while a process with this id exists, whoever owns it. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

/**
 * A text that two processes never share, even when the system gives the second the id of the first: when the
 * process started, by the system's own account. Undefined when there is no such process (a zombie counts as none).
 */
export const processIdentity = async (pid: number): Promise<string | undefined> => {
  if (!isAlive(pid)) return undefined
  if (process.platform !== 'linux') return startedAccordingToPs(pid)
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${String(pid)}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ])
    // The name may hold spaces and brackets; what follows its last bracket is fixed (proc(5)): state, …, start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : `${boot.trim()}:${String(fields[19])}`
  } catch {
    return undefined
  }
}

const startedAccordingToPs = async (pid: number): Promise<string | undefined> => {
  const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  const [state, ...started] = stdout.trim().split(/\s+/)
  return state === undefined || state === '' || state.startsWith('Z') ? undefined : started.join(' ')
}

/** True when the process is a PostgreSQL server that serves this data directory. */
export const servesDirectory = async (pid: number, directory: string): Promise<boolean> => {
  if (process.platform === 'linux') {
    // A server's working directory is its data directory.
    const [program, cwd] = await Promise.all([
      readlink(`/proc/${String(pid)}/exe`).catch(() => ''),
      readlink(`/proc/${String(pid)}/cwd`).catch(() => ''),
    ])
    return /\/postgres( \(deleted\))?$/.test(program) && cwd === directory
  }
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.includes('postgres') && stdout.includes(directory)
}
