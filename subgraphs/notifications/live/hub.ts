import type { Unsubscribe } from '../../../platform/cache/cache.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { Log } from '../../../platform/log/log.ts'
import type { Channel, Post } from '../channel/model.ts'
import { ChannelFeed } from './feed.ts'
import type { Hints } from './hints.ts'
import { inTurns } from './in-turns.ts'

/** A channel that is followed. */
export interface Followed {
  readonly feed: ChannelFeed
  readonly leave: () => void
}

/** The channels whose streams this process holds: each is heard once and asked for once, however many follow it. */
export interface Hub {
  /** `onMore` is called whenever the channel has more. Resolves when the bus is listened to, or is away. */
  readonly follow: (channel: Channel, onMore: () => void) => Promise<Followed>
  /** Calls once, after a pause: for who could not read now. */
  readonly later: (again: () => void) => void
}

export interface HubParts {
  readonly hints: Pick<Hints, 'subscribe'>
  /** What the log of a channel holds after a place, oldest first, some at a time. */
  readonly read: (channel: Channel, after: bigint) => Promise<readonly Post[]>
  /** How far channels are; those to which nothing was written are left out. */
  readonly heads: (channels: readonly Uuid[]) => Promise<ReadonlyMap<Uuid, bigint>>
  /** How long a lost hint may delay a notice. */
  readonly pollEveryMs: number
  readonly log: Log
}

interface Seat {
  readonly feed: ChannelFeed
  /** Undefined while the bus is not listened to. */
  ear: Promise<Unsubscribe | undefined>
  /** Polls since something new was heard. */
  idle: number
}

const ASKED_AT_ONCE = 1_000
const READ_AT_ONCE = 8
const FORGET_AFTER_POLLS = 2

export const createHub = ({ hints, read, heads, pollEveryMs, log }: HubParts): Hub => {
  const seats = new Map<Uuid, Seat>()
  const waiting = new Set<() => void>()
  const turn = inTurns(READ_AT_ONCE)
  let timer: NodeJS.Timeout | undefined

  const listen = async (feed: ChannelFeed): Promise<Unsubscribe | undefined> => {
    try {
      return await hints.subscribe(feed.channel, (hint) => {
        const seat = seats.get(feed.channel.id)
        if (seat?.feed === feed) seat.idle = 0
        feed.hint(hint)
      })
    } catch (error) {
      log.warn({ err: error }, 'there are no hints of a channel; it is asked for until there are')
      return undefined
    }
  }

  const open = (channel: Channel): Seat => {
    const feed = new ChannelFeed({
      channel,
      read: (after) => turn(() => read(channel, after)),
      onFailure: (error) => {
        log.warn({ err: error }, 'a channel could not be read; it will be tried again')
      },
    })
    const seat: Seat = { feed, ear: listen(feed), idle: 0 }
    seats.set(channel.id, seat)
    return seat
  }

  const close = (seat: Seat): void => {
    seats.delete(seat.feed.channel.id)
    void seat.ear.then((leave) => leave?.())
  }

  /** One look for all: how far every channel is, in as few statements as there are thousands of them. */
  const look = async (): Promise<void> => {
    const ids = [...seats.keys()]
    for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
      for (const [id, last] of await heads(ids.slice(at, at + ASKED_AT_ONCE))) seats.get(id)?.feed.reach(last)
    }
  }

  const tend = async (seat: Seat): Promise<void> => {
    seat.idle += 1
    if (seat.idle === FORGET_AFTER_POLLS) seat.feed.forget()
    if ((await seat.ear) === undefined && seats.get(seat.feed.channel.id) === seat) seat.ear = listen(seat.feed)
  }

  const poll = async (): Promise<void> => {
    try {
      await look()
    } catch (error) {
      log.warn({ err: error }, 'it could not be asked what is new; it will be tried again')
    }
    for (const seat of seats.values()) void tend(seat)
    const due = [...waiting]
    waiting.clear()
    for (const again of due) again()
    timer = undefined
    wind()
  }

  /** Runs for as long as somebody follows something. */
  const wind = (): void => {
    if (seats.size + waiting.size > 0) timer ??= setTimeout(() => void poll(), pollEveryMs).unref()
  }

  return {
    follow: async (channel, onMore) => {
      const seat = seats.get(channel.id) ?? open(channel)
      const leaveFeed = seat.feed.follow(onMore)
      wind()
      await seat.ear
      return {
        feed: seat.feed,
        leave: () => {
          leaveFeed()
          if (!seat.feed.isFollowed && seats.get(channel.id) === seat) close(seat)
        },
      }
    },
    later: (again) => {
      waiting.add(again)
      wind()
    },
  }
}
