import type { Log } from '../log/log.ts'
import type { Unsubscribe } from './cache.ts'

type Listener = (message: string) => void

/** Who listens to which channel in this process. */
export class Listeners {
  readonly #channels = new Map<string, Set<{ readonly listener: Listener }>>()
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  has(channel: string): boolean {
    return this.#channels.has(channel)
  }

  /** The same listener twice is called twice. */
  add(channel: string, listener: Listener): Unsubscribe {
    const seat = { listener }
    const seats = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, seats.add(seat))
    return () => {
      seats.delete(seat)
      if (seats.size === 0 && this.#channels.get(channel) === seats) this.#channels.delete(channel)
      return Promise.resolve()
    }
  }

  /** A listener that throws keeps nothing from the others. */
  tell(channel: string, message: string): void {
    for (const { listener } of this.#channels.get(channel) ?? []) {
      try {
        listener(message)
      } catch (error) {
        this.#log.error({ err: error, channel }, 'a listener of the cache failed')
      }
    }
  }

  clear(): void {
    this.#channels.clear()
  }
}
