import { readFile } from 'node:fs/promises'
import { followFile } from './follow-file.ts'
import { catalogued } from '../errors/catalogue.ts'
import type { Log } from '../log/log.ts'

export interface FollowedFileOptions<T> {
  /** What names the file: an environment variable. Messages begin with it. */
  readonly setting: string
  readonly file: string
  /** Throws an error whose message says what is wrong, and quotes no secret. */
  readonly parse: (text: string) => Promise<T> | T
  readonly log: Log
  /** After a change was read; not for what stood there at first. */
  readonly onChange?: (value: T) => void
}

/** What a file holds, read anew whenever it changes. */
export interface FollowedFile<T> {
  readonly current: () => T
  readonly stop: () => void
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Reads a file that this process cannot do without, and follows it while the process runs. Rejects with
 * `CONFIG_INVALID` when it cannot be read or is wrong at first; a later edit that is wrong is logged and changes
 * nothing: the last good one stays in use.
 */
export const openFollowedFile = async <T>(options: FollowedFileOptions<T>): Promise<FollowedFile<T>> => {
  const { setting, file, parse, log, onChange } = options
  const refuse = (error: unknown): never => {
    throw catalogued('CONFIG_INVALID', {}, { message: `${setting}: ${file}: ${reasonOf(error)}` })
  }
  const text = await readFile(file, 'utf8').catch(refuse)
  let current = await Promise.resolve(text).then(parse).catch(refuse)

  const stop = followFile({
    file,
    text,
    onText: async (latest) => {
      try {
        current = await parse(latest)
      } catch (error) {
        log.error({ setting, file, reason: reasonOf(error) }, 'a changed file is wrong; the one before stays in use')
        return
      }
      log.info({ setting, file }, 'a changed file is in use')
      onChange?.(current)
    },
    onFault: (error) =>
      log.error({ setting, file, reason: reasonOf(error) }, 'a file cannot be read; what it held stays in use'),
  })
  return { current: () => current, stop }
}
