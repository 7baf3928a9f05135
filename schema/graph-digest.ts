import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Which graph this is: the SHA-256, in hexadecimal, of a supergraph's text. The committed one unless given. */
export const graphDigest = (
  sdl: string | Buffer = readFileSync(join(import.meta.dirname, 'supergraph.graphql')),
): string => createHash('sha256').update(sdl).digest('hex')
