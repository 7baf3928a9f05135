import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const secretsFile = z.record(z.string(), z.string())

const read = async (path: string): Promise<Readonly<Record<string, string>>> => {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? {} : secretsFile.parse(JSON.parse(text))
}

const write = async (path: string, secrets: Readonly<Record<string, string>>): Promise<void> => {
  const draft = `${path}.${randomUUID()}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(secrets, null, 2)}\n`)
    await file.sync() // what is encrypted under a secret must never outlive it
  } finally {
    await file.close()
  }
  await rename(draft, path)
}

/**
 * Reads secrets of the embedded mode from `<directory>/secrets.json` (readable by its owner alone), and makes those
 * that are missing: 256 random bits each, in hexadecimal. Where secrets are given as settings, this is not used.
 * For the process that owns the data directory: two writers at once could lose one's addition.
 */
export const openSecrets = async <Name extends string>(
  directory: string,
  names: readonly Name[],
): Promise<Record<Name, string>> => {
  await mkdir(directory, { recursive: true })
  const path = join(directory, 'secrets.json')
  const known = await read(path)
  const wanted = Object.fromEntries(names.map((name) => [name, known[name] ?? randomBytes(32).toString('hex')]))
  if (names.some((name) => known[name] === undefined)) await write(path, { ...known, ...wanted })
  return wanted as Record<Name, string> // one entry for each of `names`
}
