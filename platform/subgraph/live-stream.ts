import { CataloguedError } from '../errors/catalogue.ts'
import { Wake } from './wake.ts'

/** What a look found: an item; `again`: look once more at once; undefined: nothing yet. */
export type Found<Item> = { readonly item: Item } | 'again' | undefined

type Next<Item> = IteratorResult<Item, undefined>

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

const isOutage = (error: unknown): boolean => error instanceof CataloguedError && error.code === 'DATABASE_UNAVAILABLE'

/**
 * A stream that looks for its next item whenever somebody waits for one: a slow reader holds nothing up, and nothing
 * piles up for it. An outage of the database delays it; any other failure of a look ends it.
 *
 * Written by hand, because a generator stays alive after `return` for as long as it awaits: here `return` ends at once
 * everything, the `next` that waits included.
 */
export abstract class LiveStream<Item> implements AsyncIterableIterator<Item, undefined> {
  readonly #wake = new Wake()
  readonly #waiting = new Set<() => void>()
  readonly #pollEveryMs: number | undefined
  #isEnded = false
  #turn: Promise<unknown> = Promise.resolve()

  /** `pollEveryMs`: how long it waits at most before it looks by itself; left out: until it is woken. */
  constructor(pollEveryMs?: number) {
    this.#pollEveryMs = pollEveryMs
  }

  /** What may be shown now. Rejects with the denial when the caller may no longer ask. */
  protected abstract look(): Promise<Found<Item>>

  /** Called once, when it has ended, however it did. */
  protected abstract onEnded(): void

  /** Called when a look failed for an outage: who does not poll sees to it that there is another one. */
  protected onOutage(): void {
    return
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** There may be something. */
  readonly wake = (): void => {
    this.#wake.call()
  }

  /** One at a time, in the order of the calls. Rejects once, with the denial, when the caller may no longer ask. */
  next(): Promise<Next<Item>> {
    if (this.#isEnded) return Promise.resolve(DONE)
    const { promise, resolve, reject } = Promise.withResolvers<Next<Item>>()
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

  /** For `look`: what it finds this time is the last; who waits behind it gets the end. */
  protected finish(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.onEnded()
  }

  async #advance(): Promise<Next<Item>> {
    while (!this.#isEnded) {
      const found = await this.#look()
      if (found === undefined) await this.#sleep()
      else if (found !== 'again') return { done: false, value: found.item }
    }
    return DONE
  }

  async #look(): Promise<Found<Item>> {
    try {
      return await this.look()
    } catch (error) {
      if (!isOutage(error)) throw error
      this.onOutage()
      return undefined
    }
  }

  async #sleep(): Promise<void> {
    if (!this.#isEnded) await this.#wake.sleep(this.#pollEveryMs)
  }

  #end(): void {
    if (this.#isEnded) return
    this.finish()
    for (const leave of this.#waiting) leave()
    this.#wake.call()
  }
}
