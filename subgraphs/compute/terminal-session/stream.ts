import { CataloguedError } from '../../../platform/errors/catalogue.ts'
import type { TerminalSession } from './model.ts'

/** What a stream needs of its surroundings. */
export interface TerminalStreamParts {
  /** The version after which it begins; undefined: with the session as it is now. */
  readonly after: number | undefined
  /** Asked before anything is read or shown; rejects with the denial when the caller may no longer ask. */
  readonly authorize: () => Promise<void>
  /**
   * The session as it was at each version after one, oldest first, some at a time; undefined: as it is now. `over`: it
   * is CLOSED, and nothing comes after the version.
   */
  readonly read: (after: number | undefined) => Promise<readonly TerminalSession[] | 'over'>
  /** How long it waits at most before it looks by itself. */
  readonly pollEveryMs: number
  /** Called once, when it has ended, however it did. */
  readonly onEnd: () => void
}

type Next = IteratorResult<TerminalSession, undefined>

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

const isOutage = (error: unknown): boolean => error instanceof CataloguedError && error.code === 'DATABASE_UNAVAILABLE'

/**
 * A session from a version on: every state in order, each once, until it is CLOSED. The live rule (realtime.md): what is
 * known is passed over, what comes next is shown, and where something lies between it is read from the log. Hints only
 * say when to look, and a slow look finds what no hint told.
 *
 * Written by hand, because a generator stays alive after `return` for as long as it awaits.
 */
export class TerminalStream implements AsyncIterableIterator<TerminalSession, undefined> {
  readonly #parts: TerminalStreamParts
  readonly #waiting = new Set<() => void>()
  #position: number | undefined
  #ready: TerminalSession[] = []
  #isEnded = false
  #isCalled = false
  #wake: () => void = () => undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: TerminalStreamParts) {
    this.#parts = parts
    this.#position = parts.after
  }

  /** There may be something at this version. */
  hint(version: number): void {
    if (version > (this.#position ?? 0)) this.#call()
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
      if (next !== undefined) return { done: false, value: next }
      await this.#sleep()
    }
    return DONE
  }

  /** Nothing is shown while the caller cannot be decided: an outage delays a stream and does not end it. */
  async #look(): Promise<TerminalSession | undefined> {
    try {
      await this.#parts.authorize()
      if (this.#ready.length === 0) {
        const found = await this.#parts.read(this.#position)
        if (found === 'over') this.#finish()
        else this.#ready = [...found]
      }
      const next = this.#ready.shift()
      if (next === undefined) return undefined
      this.#position = next.version
      if (next.state === 'CLOSED') this.#finish()
      return next
    } catch (error) {
      if (isOutage(error)) return undefined
      throw error
    }
  }

  async #sleep(): Promise<void> {
    if (!this.#isCalled && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#parts.pollEveryMs).unref() // who sleeps keeps no process from its end
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#isCalled = false
  }

  #call(): void {
    this.#isCalled = true
    this.#wake()
  }

  /** A closed session never changes again: what waits behind its last state gets the end. */
  #finish(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#ready = []
    this.#parts.onEnd()
  }

  #end(): void {
    if (this.#isEnded) return
    this.#finish()
    for (const leave of this.#waiting) leave()
    this.#call()
  }
}
