import type { Uuid } from '../../../platform/ids/id.ts'
import type { Places, Post } from '../channel/model.ts'
import type { ReadableChannel } from '../channel/readable.ts'
import type { Notification } from '../notification/model.ts'
import type { Followed } from './hub.ts'

/** What a lane has next: as it was heard, or as the log has it. */
export type Next =
  { readonly kind: 'heard'; readonly post: Post } | { readonly kind: 'read'; readonly notification: Notification }

/** One of a stream's channels, and where the stream is in it. */
interface Lane {
  readonly followed: Followed
  /** When its reader came to the channel, in milliseconds. */
  readonly since: number | undefined
  place: bigint
  /** What was read of the log and not sent yet, oldest first. */
  page: Notification[]
}

/** What the log is to be asked for: what it holds after a place, and at least as far as it is known to reach. */
export interface Missing {
  readonly channel: Uuid
  readonly after: bigint
  readonly until: bigint
}

const nextOf = ({ followed, place, page }: Lane): Next | 'unknown' | undefined => {
  const [notification] = page
  if (notification !== undefined) return { kind: 'read', notification }
  const post = followed.feed.after(place)
  return post === undefined || post === 'unknown' ? post : { kind: 'heard', post }
}

const idOf = (next: Next): Uuid => (next.kind === 'heard' ? next.post.id : next.notification.id.local)
const sequenceOf = (next: Next): bigint => (next.kind === 'heard' ? next.post : next.notification).sequence

/** The channels of one stream. Each keeps its own order; between them the older notice goes first. */
export class Lanes {
  readonly #lanes = new Map<Uuid, Lane>()

  /** Whether a channel is followed by who came to it then: who left and came again is another reader of it. */
  has({ id, since }: ReadableChannel): boolean {
    const lane = this.#lanes.get(id)
    return lane !== undefined && lane.since === since?.getTime()
  }

  /** Another one whenever the user whose channel it is decided anew what they want to be told of. */
  revisionOf(channel: Uuid): number {
    return this.#lanes.get(channel)?.followed.feed.revision ?? 0
  }

  /** Where the stream is in each channel. */
  get places(): Places {
    return new Map([...this.#lanes].map(([channel, { place }]) => [channel, place]))
  }

  open({ id, since }: ReadableChannel, followed: Followed, place: bigint): void {
    this.#lanes.set(id, { followed, since: since?.getTime(), place, page: [] })
  }

  closeAll(): void {
    this.keep([])
  }

  /** Closes all but these. */
  keep(wanted: readonly ReadableChannel[]): void {
    for (const [id, { since }] of this.#lanes) {
      if (!wanted.some((channel) => channel.id === id && channel.since?.getTime() === since)) this.#close(id)
    }
  }

  /** Of which channels the log has more than is known here. */
  behind(): readonly Missing[] {
    return [...this.#lanes].flatMap(([channel, lane]) =>
      nextOf(lane) === 'unknown' ? [{ channel, after: lane.place, until: lane.followed.feed.head }] : [],
    )
  }

  /** What the log held of what was missing; nothing: it was removed. An answer for a place that was left is dropped. */
  add({ channel, after, until }: Missing, page: readonly Notification[]): void {
    const lane = this.#lanes.get(channel)
    if (lane?.place !== after) return
    if (page.length === 0) lane.place = until
    else lane.page = [...page]
  }

  /** The oldest of what is next, which is taken by this; undefined when nothing is known to be there. */
  take(): Next | undefined {
    let first: { readonly lane: Lane; readonly next: Next } | undefined
    for (const lane of this.#lanes.values()) {
      const next = nextOf(lane)
      if (next === undefined || next === 'unknown') continue
      if (first === undefined || idOf(next) < idOf(first.next)) first = { lane, next }
    }
    if (first === undefined) return undefined
    first.lane.place = sequenceOf(first.next)
    first.lane.page.shift()
    return first.next
  }

  /** Nothing of the channel is given any more, what was read before included. */
  #close(channel: Uuid): void {
    this.#lanes.get(channel)?.followed.leave()
    this.#lanes.delete(channel)
  }
}
