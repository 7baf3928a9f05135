import { execFile } from 'node:child_process'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { addressOf, runProgram } from './product.ts'
import { runDirectory } from './run-directory.ts'

const WAIT_MS = 120_000
const LOOK_EVERY_MS = 50

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Begins to be the one that makes it: of many processes one is. */
const begin = (draft: string): Promise<boolean> =>
  mkdir(draft).then(
    () => true,
    () => false,
  )

/** Starts the product on nothing, as on a person's first day, and stops it when it is ready. */
const firstStart = async (directory: string): Promise<void> => {
  const program = runProgram('server/main.ts', { PORT: '0', LOG_LEVEL: 'warn', DATA_DIR: directory })
  try {
    await addressOf(program)
  } finally {
    program.child.kill('SIGTERM')
    await program.exited
  }
  const code = await program.exited
  if (code !== 0)
    throw new Error(`The product stopped with ${String(code)} after its first start:\n${program.output()}`)
}

/** What the first start of the product left, once for all tests of a run. */
const madeDirectory = async (): Promise<string> => {
  const made = join(runDirectory(), 'product')
  const draft = `${made}.draft`
  const deadline = Date.now() + WAIT_MS
  while (!(await exists(made))) {
    if (Date.now() > deadline) throw new Error('Nobody made the data directory of the product')
    if (!(await begin(draft))) {
      await pause(LOOK_EVERY_MS)
      continue
    }
    try {
      // Whoever began before may have come to its end since it was looked for.
      if (await exists(made)) {
        await rm(draft, { recursive: true })
        break
      }
      await firstStart(draft)
      await rename(draft, made)
    } catch (error) {
      await rm(draft, { recursive: true, force: true })
      throw error
    }
  }
  return made
}

/**
 * Fills a folder with a data directory in which the product was started once: the database is made, migrated and holds
 * the demo. As `cp -a`, since PostgreSQL's files belong to its own account.
 */
export const copyDataDirectory = async (into: string): Promise<void> => {
  await promisify(execFile)('cp', ['-a', `${await madeDirectory()}/.`, into])
}
