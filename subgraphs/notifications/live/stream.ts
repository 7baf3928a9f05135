import { CataloguedError } from '../../../platform/errors/catalogue.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { withTrace } from '../../../platform/tracing/event-trace.ts'
import type { Post } from '../channel/model.ts'
import type { Notification } from '../notification/model.ts'
import { Lanes } from './lanes.ts'
import { Wake } from './wake.ts'

/** What a stream needs of its surroundings. */
export interface StreamParts {
  /** Asked before anything is read or shown; rejects with the denial when the caller may no longer ask. */
  readonly authorize: () => Promise<void>
  /** What came after a place in one of the channels, oldest first, some at a time. */
  readonly read: (channel: Uuid, after: bigint) => Promise<readonly Notification[]>
  /** A notice that was heard this moment, as the caller sees it. */
  readonly toNotification: (post: Post) => Notification
  /** Whether the caller may see it now. */
  readonly isVisible: (notification: Notification) => boolean
  /** Calls once, after a pause. */
  readonly later: (again: () => void) => void
  /** Called once, when it has ended, however it did. */
  readonly onEnd: () => void
}

type Next = IteratorResult<Notification, undefined>

const isOutage = (error: unknown): boolean => error instanceof CataloguedError && error.code === 'DATABASE_UNAVAILABLE'

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/**
 * What a user is told after a place in each of their channels: each notice once, the order of each channel kept. A notice
 * is taken when somebody waits for the next one, so that a slow reader holds nothing up and nothing piles up for it: what
 * the feeds no longer remember is read from the log.
 *
 * Written by hand, because a generator stays alive after `return` for as long as it awaits: here `return` ends at once
 * everything, the `next` that waits included.
 */
export class NotificationStream implements AsyncIterableIterator<Notification, undefined> {
  readonly lanes = new Lanes()
  readonly #parts: StreamParts
  readonly #wake = new Wake()
  readonly #waiting = new Set<() => void>()
  #isEnded = false
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: StreamParts) {
    this.#parts = parts
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** There may be something. */
  readonly wake = (): void => {
    this.#wake.call()
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
      if (next === undefined) await this.#wake.sleep()
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
      return (await this.#read()) ? 'again' : this.#nextVisible()
    } catch (error) {
      if (!isOutage(error)) throw error
      this.#parts.later(this.wake)
      return undefined
    }
  }

  /** True when something was read: whether it may be shown is decided anew. */
  async #read(): Promise<boolean> {
    const behind = this.lanes.behind()
    await Promise.all(
      behind.map(async (missing) => {
        this.lanes.add(missing, await this.#parts.read(missing.channel, missing.after))
      }),
    )
    return behind.length > 0
  }

  /** What may not be seen when its turn comes is passed over for good. */
  #nextVisible(): Notification | undefined {
    for (;;) {
      const next = this.lanes.take()
      if (next === undefined) return undefined
      const notification = next.kind === 'read' ? next.notification : this.#parts.toNotification(next.post)
      if (this.#parts.isVisible(notification))
        return withTrace({ ...notification, places: this.lanes.places }, notification.traceparent)
    }
  }

  #end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.lanes.closeAll()
    for (const leave of this.#waiting) leave()
    this.#wake.call()
    this.#parts.onEnd()
  }
}
