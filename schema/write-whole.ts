import { randomUUID } from 'node:crypto'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { err, ok, type Result } from '../platform/result/result.ts'

/** Writes a file whole or not at all: whoever watches it never reads half of it. Says in one line why it cannot. */
export const writeWhole = (file: string, text: string): Result<undefined, string> => {
  const draft = `${file}.${randomUUID()}.draft`
  try {
    writeFileSync(draft, text, { flag: 'wx' })
    renameSync(draft, file)
    return ok(undefined)
  } catch (error) {
    rmSync(draft, { force: true })
    return err(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}
