import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createKeyRing, parseKeyRing, printKeyRing, type KeyRing, type SigningAlgorithm } from './key-ring.ts'

/**
 * Reads the keys of a file; makes it (mode 0600, in a folder of mode 0700) where there is none. Processes that start
 * at once agree on one ring, and a process killed while writing leaves no half-written file.
 */
export const loadOrCreateKeyRing = async (file: string, algorithm: SigningAlgorithm): Promise<KeyRing> => {
  const existing = await readFile(file, 'utf8').catch(unlessCode('ENOENT'))
  if (existing !== undefined) return parse(file, existing)
  const draft = `${file}.${randomUUID()}`
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(draft, printKeyRing(await createKeyRing(algorithm)), {
    mode: 0o600,
    flush: true,
  })
  try {
    // link() fails where the name is taken: the first writer wins, and everybody reads what it wrote.
    await link(draft, file).catch(unlessCode('EEXIST'))
  } finally {
    await rm(draft, { force: true })
  }
  return parse(file, await readFile(file, 'utf8'))
}

const parse = (file: string, text: string): Promise<KeyRing> =>
  parseKeyRing(file, text).catch((error: unknown) => {
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}. Remove the file to have new keys made: what the old ones signed is then void.`,
      {
        cause: error,
      },
    )
  })

const unlessCode =
  (code: string) =>
  (error: unknown): undefined => {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === code) return undefined
    throw error
  }
