import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import type { TerminalSize } from '../protocol/size.ts'
import type { RecordingReport } from '../sessions.ts'
import { CHECKPOINT, HashChain } from './chain.ts'

/** Writes what a terminal showed: output and sizes, in asciicast v2. What was typed is never written. */
export interface Recorder {
  readonly output: (bytes: Uint8Array) => void
  readonly resized: (size: TerminalSize) => void
  /** Ends the file and tells its chain's head. Rejects where a write failed: the file is not whole then. */
  readonly finish: () => Promise<RecordingReport>
}

export interface RecorderOptions {
  readonly directory: string
  readonly sessionId: Uuid
  readonly size: TerminalSize
  readonly clock: Clock
  /** Told once where the file cannot be written: what cannot be recorded as agreed must not go on. */
  readonly onFailure: (error: Error) => void
  /** Told when more waits for the disk than should, and when that is over. */
  readonly onPressure: (state: 'full' | 'drained') => void
}

/** How many events stand between two checkpoints: so far a broken line can be narrowed down. */
const CHECKPOINT_EVERY = 256
const WAITING_BYTES = 1024 * 1024

/** Rejects where the file cannot be made; one of the same session is never overwritten. */
export const openRecorder = async (options: RecorderOptions): Promise<Recorder> => {
  const { directory, sessionId, size, clock, onPressure } = options
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const reference = `${sessionId}.cast`
  const file = createWriteStream(join(directory, reference), {
    flags: 'wx',
    mode: 0o600,
    highWaterMark: WAITING_BYTES,
  })
  await once(file, 'open')
  const failed = failureOf(file, options.onFailure)

  const began = clock.now().getTime()
  const chain = new HashChain()
  const decoder = new StringDecoder('utf8')
  let bytes = 0
  let events = 0
  let isFull = false
  const write = (value: unknown): void => {
    if (failed() !== undefined) return
    const line = `${JSON.stringify(value)}\n`
    chain.add(line)
    bytes += Buffer.byteLength(line)
    if (file.write(line) || file.destroyed || isFull) return
    isFull = true
    onPressure('full')
  }
  file.on('drain', () => {
    isFull = false
    onPressure('drained')
  })
  const event = (code: 'o' | 'r' | 'm', data: string): void => {
    write([Math.max(0, clock.now().getTime() - began) / 1000, code, data])
    if (code !== 'm' && ++events % CHECKPOINT_EVERY === 0) event('m', `${CHECKPOINT}${chain.head}`)
  }
  write({ version: 2, width: size.columns, height: size.rows, timestamp: Math.floor(began / 1000) })

  return {
    output: (chunk) => {
      const text = decoder.write(Buffer.from(chunk))
      if (text !== '') event('o', text)
    },
    resized: ({ columns, rows }) => {
      event('r', `${columns}x${rows}`)
    },
    finish: async () => {
      const rest = decoder.end()
      if (rest !== '') event('o', rest)
      file.end()
      const error = failed() ?? (await ended(file))
      if (error !== undefined) throw error
      return { reference, bytes, head: chain.head }
    },
  }
}

const failureOf = (file: WriteStream, onFailure: RecorderOptions['onFailure']): (() => Error | undefined) => {
  let failure: Error | undefined
  file.on('error', (error) => {
    if (failure !== undefined) return
    failure = error
    onFailure(error)
  })
  return () => failure
}

const ended = (file: WriteStream): Promise<Error | undefined> =>
  new Promise((resolve) => {
    if (file.closed) return resolve(undefined)
    file.once('close', () => resolve(undefined))
    file.once('error', resolve)
  })
