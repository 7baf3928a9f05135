import { writeSync } from 'node:fs'

interface Waiting {
  readonly bytes: Uint8Array
  readonly taken: () => void
}

export interface PtyInput {
  /** In order; `taken` is called when the terminal has all of it. */
  readonly write: (bytes: Uint8Array, taken: () => void) => void
  /** Nothing is written from now on: the number of the file may soon be another file's. */
  readonly stop: () => void
}

/** How long until a terminal that is full is tried again: soon, then more rarely while its program does not read. */
const RETRY_MS = { first: 2, last: 100 }

/**
 * Writes to a terminal without ever waiting for it. Node's own streams write to one as to a file, and the whole process
 * would stand still while its program does not read.
 */
export const openPtyInput = (file: number): PtyInput => {
  const queue: Waiting[] = []
  let written = 0
  let retryMs = RETRY_MS.first
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  /** Whether there may be room for more. */
  const writeSome = ({ bytes, taken }: Waiting): boolean => {
    const count = writeNow(file, bytes.subarray(written))
    if (count === 0) return false
    written += count
    retryMs = RETRY_MS.first
    if (written < bytes.length) return true
    queue.shift()
    written = 0
    taken()
    return true
  }
  const flush = (): void => {
    timer = undefined
    for (let next = queue[0]; next !== undefined && !isStopped; next = queue[0]) {
      if (writeSome(next)) continue
      timer = setTimeout(flush, retryMs)
      retryMs = Math.min(retryMs * 2, RETRY_MS.last)
      return
    }
  }
  return {
    write: (bytes, taken) => {
      if (isStopped) return
      queue.push({ bytes, taken })
      if (timer === undefined) flush()
    },
    stop: () => {
      isStopped = true
      queue.length = 0
      clearTimeout(timer)
    },
  }
}

/** How many bytes the terminal took now: none where it is full, or gone. */
const writeNow = (file: number, bytes: Uint8Array): number => {
  try {
    return writeSync(file, bytes)
  } catch {
    return 0
  }
}
