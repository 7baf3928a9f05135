import { accessSync, constants } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The user and group, by number, whose rights a shell has. */
export interface ShellUser {
  readonly uid: number
  readonly gid: number
}

/** What a terminal starts. */
export interface Shell {
  readonly file: string
  readonly args: readonly string[]
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  /** Undefined: that of the agent. */
  readonly user: ShellUser | undefined
}

export interface Shells {
  /** A shell in an empty home of its own; `remove` deletes that home. */
  readonly make: () => Promise<{ readonly shell: Shell; readonly remove: () => Promise<void> }>
}

export interface ShellOptions {
  /** The program; bash where it is installed, else sh, unless given. */
  readonly file?: string | undefined
  /** Where the agent is root: whose rights shells have instead. */
  readonly user: ShellUser
  /** Under which homes are made. */
  readonly homes?: string
}

const PATH = '/usr/local/bin:/usr/bin:/bin'

/**
 * Makes shells with an environment of their own: nothing of the agent's is inherited, so that no secret is. Where the
 * agent is root, which it need not be, shells run as another user and without its groups.
 */
export const createShells = ({ file = defaultShell(), user, homes = tmpdir() }: ShellOptions): Shells => {
  const isRoot = process.getuid?.() === 0
  // The supplementary groups of the agent would be inherited: nothing in it needs them.
  if (isRoot) process.setgroups?.([])
  return {
    make: async () => {
      const directory = await mkdtemp(join(homes, 'gpuaas-terminal-'))
      if (isRoot) await chown(directory, user.uid, user.gid)
      const environment = {
        PATH,
        HOME: directory,
        SHELL: file,
        TERM: 'xterm-256color',
        LANG: 'C.UTF-8',
        USER: 'user',
        LOGNAME: 'user',
        HISTFILE: '/dev/null',
      }
      return {
        shell: { file, args: [], directory, environment, user: isRoot ? user : undefined },
        remove: () => rm(directory, { recursive: true, force: true, maxRetries: 3 }),
      }
    },
  }
}

const defaultShell = (): string => (isExecutable('/bin/bash') ? '/bin/bash' : '/bin/sh')

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
