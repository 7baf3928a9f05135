import { watchFile, unwatchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { catalogued } from '../../platform/errors/catalogue.ts'
import type { Log } from '../../platform/log/log.ts'

/** How often a followed file is looked at. Polling sees what mounted volumes and symbolic links hide from watchers. */
const POLL_MS = 1000

export const readSupergraphFile = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw catalogued(
      'SUPERGRAPH_INVALID',
      {},
      { message: `The supergraph file cannot be read: ${reason}`, cause: error },
    )
  }
}

/** Calls `onText` with the file's text whenever it has changed. A file that is gone for a moment is no change. */
export const followFile = (file: string, onText: (text: string) => Promise<void>, log: Log): (() => void) => {
  const look = (): void => {
    readSupergraphFile(file)
      .then(onText)
      .catch((error: unknown) =>
        log.error({ err: error }, 'the supergraph file cannot be read; the one before stays in use'),
      )
  }
  const watcher = watchFile(file, { interval: POLL_MS, persistent: false }, look)
  return () => {
    watcher.removeAllListeners()
    unwatchFile(file, look)
  }
}
