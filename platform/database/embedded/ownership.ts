import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { catalogued } from '../../errors/catalogue.ts'
import { hasCode } from '../error-code.ts'
import { processIdentity } from './process-identity.ts'

const ownerFile = z.object({
  pid: z.number().int().positive(),
  identity: z.string(),
})
type Owner = z.infer<typeof ownerFile>

const readOwner = async (path: string): Promise<Owner | undefined> => {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return ownerFile.parse(JSON.parse(text))
  } catch {
    return undefined // half-written by a killed process of an older version: nobody's
  }
}

const isHeld = async (owner: Owner | undefined): Promise<boolean> =>
  owner !== undefined && (await processIdentity(owner.pid)) === owner.identity

/** True when this process made the file; false when another file stood there first. */
const claim = async (path: string, owner: Owner): Promise<boolean> => {
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600 })
  try {
    await link(draft, path) // appears whole or not at all
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** Moves a dead owner's file away. Of two processes that try at once, one finds it gone and both claim again. */
const evict = async (path: string): Promise<void> => {
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw error
  }
  // Between reading and moving, another process may have evicted the dead owner and claimed: give its claim back.
  if (await isHeld(await readOwner(aside))) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

/**
 * Makes this process the one that may start the database of a data directory, until `release`. A process that was
 * killed no longer owns anything. Throws `DATA_DIRECTORY_BUSY` with the holder's process id.
 */
export const acquireOwnership = async (directory: string): Promise<{ readonly release: () => Promise<void> }> => {
  const path = join(directory, 'postgres.owner.json')
  const identity = await processIdentity(process.pid)
  const self: Owner = { pid: process.pid, identity: identity ?? randomUUID() }
  for (;;) {
    if (await claim(path, self)) return { release: () => rm(path, { force: true }) }
    const holder = await readOwner(path)
    if (holder !== undefined && (await isHeld(holder))) {
      throw catalogued(
        'DATA_DIRECTORY_BUSY',
        {},
        {
          message: `${directory} is in use by the process ${String(holder.pid)}.`,
        },
      )
    }
    await evict(path)
  }
}
