import { writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'

export interface StandardOutputOptions {
  /** Writes what it can at once and says how much, or throws as `fs.writeSync` does. Standard output unless given. */
  readonly writeNow?: (bytes: Uint8Array) => number
  /** How many bytes may wait for a reader. */
  readonly maxWaitingBytes?: number
  /** How a line of JSON is shown; as it is unless given. */
  readonly shown?: (line: string) => string
}

const MAX_WAITING_BYTES = 1_048_576
const AGAIN_MS = 50
/** How long a process that ends waits for the reader of its last lines. */
const LAST_MS = 200
const LAST_STEP_MS = 10

/**
 * Where lines of the log go: written at once, so that a crash loses none. Who reads them too slowly, or not at all, holds
 * nothing up: up to 1 MiB wait, what does not fit is lost, and a line says how many were.
 */
export const standardOutput = (options: StandardOutputOptions = {}): DestinationStream => {
  const { writeNow = writeToStandardOutput(), maxWaitingBytes = MAX_WAITING_BYTES, shown = asItIs } = options
  const waiting: Buffer[] = []
  let waitingBytes = 0
  let lost = 0
  let again: NodeJS.Timeout | undefined
  let isClosed = false

  /** What is left of it to be written; undefined where it is lost. */
  const attempt = (bytes: Buffer): Buffer | undefined => {
    let rest = bytes
    try {
      while (rest.length > 0) rest = rest.subarray(writeNow(rest))
    } catch (error) {
      const code = codeOf(error)
      if (code === 'EAGAIN' || code === 'EBUSY') return rest
      if (code === 'EPIPE') close()
      return undefined
    }
    return rest
  }
  const close = (): void => {
    isClosed = true
    waiting.length = 0
    waitingBytes = 0
    lost = 0
  }
  const lose = (): void => {
    if (isClosed) return
    lost++
    retryLater()
  }
  const hold = (bytes: Buffer): void => {
    waiting.push(bytes)
    waitingBytes += bytes.length
    retryLater()
  }
  const drain = (): void => {
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) {
      waitingBytes -= line.length
      const rest = attempt(line)
      if (rest === undefined) lose()
      else if (rest.length > 0) {
        waiting.unshift(rest)
        waitingBytes += rest.length
        return
      }
    }
    if (lost === 0) return
    const told = lost
    const rest = attempt(Buffer.from(shown(lossOf(told))))
    if (rest === undefined) return // it is told later, and counts for nothing itself
    lost -= told
    if (rest.length > 0) hold(rest)
  }
  const retry = (): void => {
    again = undefined
    drain()
    if (waiting.length > 0 || lost > 0) retryLater()
  }
  const retryLater = (): void => {
    again ??= setTimeout(retry, AGAIN_MS).unref()
  }
  process.once('exit', () => {
    const last = Date.now() + LAST_MS
    drain()
    while (waiting.length > 0 && Date.now() < last) {
      pause(LAST_STEP_MS)
      drain()
    }
  })

  return {
    write: (line) => {
      if (isClosed) return
      const bytes = Buffer.from(shown(line))
      if (waiting.length > 0 && waitingBytes + bytes.length > maxWaitingBytes) {
        lose()
        return
      }
      const rest = waiting.length > 0 ? bytes : attempt(bytes)
      if (rest === undefined) lose()
      else if (rest.length > 0) hold(rest)
    },
  }
}

const asItIs = (line: string): string => line

/** A pipe that was looked at by Node says that it is full; any other would hold the process up until it is read. */
const writeToStandardOutput = (): ((bytes: Uint8Array) => number) => {
  const { fd } = process.stdout
  return (bytes) => writeSync(fd, bytes)
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

const lossOf = (lost: number): string =>
  `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), lost, msg: 'lines of the log were lost: they could not be written in time' })}\n`

const pause = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
