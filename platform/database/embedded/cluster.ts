import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { catalogued } from '../../errors/catalogue.ts'
import type { PostgresBinaries } from './binaries.ts'
import type { Launcher } from './launcher.ts'

export const SUPERUSER = 'postgres'

/** The major version of the programs' data format; another one's directory cannot be opened. */
const DATA_VERSION = '18'

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const initialise = async (
  binaries: PostgresBinaries,
  launcher: Launcher,
  draft: string,
  password: string,
): Promise<void> => {
  const passwordFile = `${draft}.password`
  await mkdir(draft, { mode: 0o700 })
  await launcher.own(draft)
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  await launcher.own(passwordFile)
  const child = launcher.spawn(
    binaries.initdb,
    [
      `--pgdata=${draft}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Of PostgreSQL itself, not of the machine: the same order of texts everywhere.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    ['ignore', 'ignore', 'pipe'],
  )
  const written = child.stderr === null ? Promise.resolve('') : text(child.stderr)
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  await rm(passwordFile, { force: true })
  if (code !== 0) {
    throw catalogued('EMBEDDED_DATABASE_FAILED', {}, { message: `initdb failed: ${(await written).trim()}` })
  }
}

/**
 * Makes sure that `<directory>/postgres` is a whole data directory of the right version. It is made under another
 * name and renamed when complete, so that a process killed half-way leaves nothing that looks like a database.
 */
export const ensureCluster = async (
  directory: string,
  binaries: PostgresBinaries,
  launcher: Launcher,
  password: string,
  progress: (message: string) => void,
): Promise<string> => {
  const cluster = join(directory, 'postgres')
  for (const name of await readdir(directory)) {
    if (name.startsWith('postgres.initializing')) await rm(join(directory, name), { recursive: true, force: true })
  }
  if (!(await exists(cluster))) {
    progress('Making the database')
    const draft = `${cluster}.initializing`
    await initialise(binaries, launcher, draft, password)
    await rename(draft, cluster)
    return cluster
  }
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => '')
  if (version.trim() !== DATA_VERSION) {
    const found = version === '' ? 'no data of PostgreSQL' : `data of PostgreSQL version ${version.trim()}`
    throw catalogued(
      'EMBEDDED_DATABASE_FAILED',
      {},
      { message: `${cluster} holds ${found}; this is version ${DATA_VERSION}.` },
    )
  }
  await chmod(cluster, 0o700) // copies and restores widen it, and the server refuses to start then
  return cluster
}
