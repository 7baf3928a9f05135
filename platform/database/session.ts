import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import type { Log } from '../log/log.ts'

export interface SessionOptions {
  readonly url: string
  /** Shown in `pg_stat_activity` and in the log. */
  readonly name: string
  readonly log: Log
  /**
   * What the connection is for. `ended` aborts when the connection broke or `stop` was called; the work then returns
   * as soon as it can. Returning or throwing earlier gives the connection up for a new one.
   */
  readonly work: (client: Client, ended: AbortSignal) => Promise<void>
}

export interface Session {
  /** Ends the work, waits for it, closes the connection: everything the server held for it is free again. */
  readonly stop: () => Promise<void>
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

/** A connection of its own, for locks and LISTEN; opened again, with growing pauses, for as long as it breaks. */
export const keepSession = ({ url, name, log, work }: SessionOptions): Session => {
  const stopped = new AbortController()

  const once = async (): Promise<void> => {
    const client = new Client({
      connectionString: url,
      application_name: name,
      keepAlive: true,
    })
    const lost = new AbortController()
    client.on('error', (error) => {
      log.warn({ err: error, session: name }, 'a database session broke and will be opened again')
      lost.abort()
    })
    client.on('end', () => {
      lost.abort()
    })
    try {
      await client.connect()
      await work(client, AbortSignal.any([stopped.signal, lost.signal]))
    } finally {
      await client.end().catch(() => undefined) // broken already
    }
  }

  const running = (async () => {
    let pause = FIRST_RETRY_MS
    while (!isAborted(stopped.signal)) {
      try {
        await once()
        pause = FIRST_RETRY_MS
      } catch (error) {
        if (!isAborted(stopped.signal))
          log.warn({ err: error, session: name, retryInMs: pause }, 'a database session failed')
      }
      await sleep(pause, stopped.signal)
      pause = Math.min(pause * 2, LAST_RETRY_MS)
    }
  })()

  return {
    stop: () => {
      stopped.abort()
      return running
    },
  }
}

/** Resolves after a time, or at once when the signal aborts. */
export const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined)

/** Read anew after each pause: the compiler would remember the answer of before it. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted
