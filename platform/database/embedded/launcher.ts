import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { chown } from 'node:fs/promises'
import { promisify } from 'node:util'
import { catalogued } from '../../errors/catalogue.ts'

const run = promisify(execFile)

/** The account PostgreSQL's programs run under; undefined when it is our own. */
interface Account {
  readonly uid: number
  readonly gid: number
}

/** Starts PostgreSQL's programs under an account they accept: they refuse to run as root. */
export interface Launcher {
  readonly spawn: (program: string, args: readonly string[], stdio: StdioOptions) => ChildProcess
  /** Makes the account the owner of a file or directory that the programs must own. */
  readonly own: (path: string) => Promise<void>
}

// Nothing of our environment reaches the server: a stray PGDATA or PGPORT would redirect it.
const ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
}

const spawnOptions = (stdio: StdioOptions) =>
  // Its own process group: Ctrl-C in a terminal reaches us alone, and we stop the server last.
  ({ stdio, cwd: '/', env: ENVIRONMENT, detached: true }) as const

const findAccount = async (name: string): Promise<Account | undefined> => {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}

const createAccount = async (name: string): Promise<Account | undefined> => {
  await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name]).catch(
    () => undefined,
  )
  return findAccount(name)
}

const canReach = async (account: Account, paths: readonly string[]): Promise<boolean> => {
  const script = 'for path in "$@"; do test -x "$path" || exit 1; done'
  return run('/bin/sh', ['-c', script, 'sh', ...paths], {
    ...account,
    cwd: '/',
  }).then(
    () => true,
    () => false,
  )
}

/**
 * Runs a program as `account` with one right of root kept: to pass directories that are closed to others, such as
 * `/root` or a private temporary folder. `no_setuid_fixup` makes access(2) honour it, which initdb asks.
 */
const passingClosedDirectories = (account: Account, program: string, args: readonly string[]) => [
  '--securebits=+no_setuid_fixup',
  `--reuid=${String(account.uid)}`,
  `--regid=${String(account.gid)}`,
  '--clear-groups',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
  program,
  ...args,
]

/** Prepares the launcher. `paths` are the programs and directories that the account must reach. */
export const createLauncher = async (paths: readonly string[]): Promise<Launcher> => {
  if (process.getuid?.() !== 0) {
    return {
      spawn: (program, args, stdio) => spawn(program, args, spawnOptions(stdio)),
      own: () => Promise.resolve(),
    }
  }
  const account = (await findAccount('postgres')) ?? (await createAccount('postgres')) ?? (await findAccount('nobody'))
  if (account === undefined) {
    throw catalogued(
      'EMBEDDED_DATABASE_FAILED',
      {},
      {
        message: 'PostgreSQL refuses to run as root, and there is no account named postgres or nobody to run it under.',
      },
    )
  }
  const own = (path: string) => chown(path, account.uid, account.gid)
  if (await canReach(account, paths)) {
    return {
      spawn: (program, args, stdio) => spawn(program, args, { ...spawnOptions(stdio), ...account }),
      own,
    }
  }
  return {
    spawn: (program, args, stdio) =>
      spawn('setpriv', passingClosedDirectories(account, program, args), spawnOptions(stdio)),
    own,
  }
}
