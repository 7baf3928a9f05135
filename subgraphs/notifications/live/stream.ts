import { CataloguedError } from '../../../platform/errors/catalogue.ts'
import type { Notification } from '../notification/model.ts'
import { Wake } from './wake.ts'

/** What a stream needs of its surroundings. */
export interface StreamParts {
  /** The place after which it begins. */
  readonly position: bigint
  /** Asked before anything is read or shown; rejects with the denial when the caller may no longer ask. */
  readonly authorize: () => Promise<void>
  /** What came after a place, oldest first, some at a time. */
  readonly read: (after: bigint) => Promise<readonly Notification[]>
  /** Whether the caller may see it now. */
  readonly isVisible: (notification: Notification) => boolean
  /** How long it waits at most before it looks by itself. */
  readonly pollEveryMs: number
  /** Called once, when it has ended, however it did. */
  readonly onEnd: () => void
}

type Next = IteratorResult<Notification, undefined>

const isOutage = (error: unknown): boolean => error instanceof CataloguedError && error.code === 'DATABASE_UNAVAILABLE'

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/**
 * A user's notifications after a place, in order, each once. The log is read when somebody waits for the next one, so
 * that a slow reader holds nothing up and nothing piles up for it. A hint only says when to look: what it says of a
 * place that was passed is ignored, and what no hint tells is found by the next look.
 *
 * Written by hand, because a generator stays alive after `return` for as long as it awaits: here `return` ends at once
 * everything, the `next` that waits included.
 */
export class NotificationStream implements AsyncIterableIterator<Notification, undefined> {
  readonly #parts: StreamParts
  readonly #wake = new Wake()
  readonly #waiting = new Set<() => void>()
  #position: bigint
  #ready: Notification[] = []
  #isEnded = false
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: StreamParts) {
    this.#parts = parts
    this.#position = parts.position
  }

  /** There may be something at this place. */
  hint(sequence: bigint): void {
    if (sequence > this.#position) this.#wake.call()
  }

  /** One at a time, in the order of the calls. Rejects once, with the denial, when the caller may no longer ask. */
  next(): Promise<Next> {
    if (this.#isEnded) return Promise.resolve(DONE)
    const { promise, resolve, reject } = Promise.withResolvers<Next>()
    const leave = (): void => {
      resolve(DONE)
    }
    this.#waiting.add(leave)
    this.#turn = this.#turn
      .then(() => this.#advance())
      .then(resolve, (error: unknown) => {
        reject(error)
        this.#end()
      })
      .finally(() => this.#waiting.delete(leave))
    return promise
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#end()
    return Promise.resolve(DONE)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #advance(): Promise<Next> {
    while (!this.#isEnded) {
      const next = await this.#look()
      if (next === undefined) await this.#wake.sleep(this.#parts.pollEveryMs)
      else if (next !== 'again') return { done: false, value: next }
    }
    return DONE
  }

  /**
   * What may be shown now; undefined: nothing yet. Nothing is shown, and nothing passed over, while the caller cannot
   * be decided or the log cannot be read: an outage delays a stream and does not end it.
   */
  async #look(): Promise<Notification | 'again' | undefined> {
    try {
      await this.#parts.authorize()
      return this.#nextVisible() ?? ((await this.#refill()) ? 'again' : undefined)
    } catch (error) {
      if (isOutage(error)) return undefined
      throw error
    }
  }

  /** What may not be seen when its turn comes is passed over for good. */
  #nextVisible(): Notification | undefined {
    for (;;) {
      const next = this.#ready.shift()
      if (next === undefined || this.#parts.isVisible(next)) return next
    }
  }

  /** False when the log held nothing new. */
  async #refill(): Promise<boolean> {
    const found = await this.#parts.read(this.#position)
    const last = found.at(-1)
    if (last === undefined) return false
    this.#position = last.sequence
    this.#ready = [...found]
    return true
  }

  #end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#ready = []
    for (const leave of this.#waiting) leave()
    this.#wake.call()
    this.#parts.onEnd()
  }
}
