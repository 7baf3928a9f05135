import type { Uuid } from '../../../platform/ids/id.ts'
import { LiveStream, type Found } from '../../../platform/subgraph/live-stream.ts'
import { withTrace } from '../../../platform/tracing/event-trace.ts'
import type { Post } from '../channel/model.ts'
import type { Notification } from '../notification/model.ts'
import { Lanes } from './lanes.ts'

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

/**
 * What a user is told after a place in each of their channels: each notice once, the order of each channel kept. A notice
 * is taken when somebody waits for the next one, so that a slow reader holds nothing up and nothing piles up for it: what
 * the feeds no longer remember is read from the log.
 */
export class NotificationStream extends LiveStream<Notification> {
  readonly lanes = new Lanes()
  readonly #parts: StreamParts

  constructor(parts: StreamParts) {
    super()
    this.#parts = parts
  }

  /** Nothing is passed over while the caller cannot be decided or the log cannot be read. */
  protected async look(): Promise<Found<Notification>> {
    await this.#parts.authorize()
    return (await this.#read()) ? 'again' : this.#nextVisible()
  }

  protected override onOutage(): void {
    this.#parts.later(this.wake)
  }

  protected onEnded(): void {
    this.lanes.closeAll()
    this.#parts.onEnd()
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
  #nextVisible(): Found<Notification> {
    for (;;) {
      const next = this.lanes.take()
      if (next === undefined) return undefined
      const notification = next.kind === 'read' ? next.notification : this.#parts.toNotification(next.post)
      if (this.#parts.isVisible(notification))
        return { item: withTrace({ ...notification, places: this.lanes.places }, notification.traceparent) }
    }
  }
}
