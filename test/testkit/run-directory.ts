import { mkdtemp, statfs } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { READY_FILE_VARIABLE } from './test-server.ts'

const MEMORY = '/dev/shm'
/** As `statfs` names a file system that is kept in memory. */
const TMPFS = 0x01021994
const GIBIBYTE = 2 ** 30
const ROOM_BYTES = 2 * GIBIBYTE
const FREE_BYTES = 4 * GIBIBYTE

/** In memory where there is plenty: databases are made and dropped by the hundred, and a disk makes each of them wait. */
const place = async (): Promise<string> => {
  const memory = await statfs(MEMORY).catch(() => undefined)
  const isRoomy = memory?.type === TMPFS && memory.bavail * memory.bsize >= ROOM_BYTES && freemem() >= FREE_BYTES
  return isRoomy ? MEMORY : tmpdir()
}

/** Makes the directory of a run of tests: removed when the run has ended, with all that tests left in it. */
export const makeRunDirectory = async (): Promise<string> => {
  const [here, other] = [await place(), tmpdir()]
  const make = (parent: string): Promise<string> => mkdtemp(join(parent, 'gpuaas-test-run-'))
  return make(here).catch(() => make(other))
}

/** The directory of this run, for what is large or written often. */
export const runDirectory = (): string => {
  const readyFile = process.env[READY_FILE_VARIABLE]
  if (readyFile === undefined) throw new Error('No run of tests: jest must run with test/testkit/global-setup.ts')
  return dirname(readyFile)
}
