import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createKeyRing, parseKeyRing, printKeyRing, type KeyRing } from '../../platform/crypto/key-ring.ts'

/** One step of a rotation (docs/runbooks/rotate-internal-keys.md). Between two of them verifiers need a minute. */
export type Turn = 'create' | 'publish' | 'use' | 'retire'

export const TURNS: readonly Turn[] = ['create', 'publish', 'use', 'retire']

/** What a step makes of a ring whose first key signs. */
const turned = async (ring: KeyRing, turn: Exclude<Turn, 'create'>): Promise<KeyRing> => {
  const [active, ...others] = ring
  const next = others.at(-1)
  switch (turn) {
    case 'publish':
      return [...ring, ...(await createKeyRing('EdDSA'))]
    case 'use':
      if (next === undefined) throw new Error('there is no key beside the one that signs: publish one first')
      return [next, active, ...others.slice(0, -1)]
    case 'retire':
      if (next === undefined) throw new Error('there is no key but the one that signs')
      return [active]
  }
}

/**
 * Takes one step in a file of signing keys, and gives the ids of its keys, that of the signing one first. The file is
 * replaced as a whole and is readable by its owner alone.
 */
export const turnKeys = async (file: string, turn: Turn): Promise<readonly string[]> => {
  const ring = turn === 'create' ? await createKeyRing('EdDSA') : await turned(await readRing(file), turn)
  const text = printKeyRing(ring)
  if (turn === 'create') await writeFile(file, text, { mode: 0o600, flag: 'wx', flush: true })
  else await replace(file, text)
  return ring.map(({ kid }) => kid)
}

const readRing = async (file: string): Promise<KeyRing> => parseKeyRing(file, await readFile(file, 'utf8'))

const replace = async (file: string, text: string): Promise<void> => {
  const draft = `${file}.${randomUUID()}`
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true })
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}
