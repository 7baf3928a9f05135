import type { Access } from '../../../platform/access/access.ts'
import type { GrantWatch } from '../../../platform/access/grant-watch.ts'
import type { GrantSource } from '../../../platform/access/grants.ts'
import { memberScope, type SelfScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { Log } from '../../../platform/log/log.ts'
import type { Places } from '../channel/model.ts'
import type { ChannelPlace } from '../channel/place-repository.ts'
import type { ReadableChannel } from '../channel/readable.ts'
import { placesAfter, placesJoined, placesNow, type Cursors } from '../cursor/cursors.ts'
import { notificationOf, type Notification } from '../notification/model.ts'
import type { PreferenceService } from '../preference/service.ts'
import type { NotificationUnits } from '../units.ts'
import { channelReader, headReader } from './channels.ts'
import type { Hints } from './hints.ts'
import { createHub } from './hub.ts'
import { NotificationStream } from './stream.ts'
import { createTaste, type Taste } from './taste.ts'
import { createViewer, type Viewer } from './viewer.ts'

export interface LiveDependencies {
  readonly units: NotificationUnits
  readonly hints: Hints
  readonly cursors: Cursors
  readonly preferences: Pick<PreferenceService, 'switchedOff'>
  readonly grants: GrantSource
  readonly watch: GrantWatch['watch']
  readonly clock: Clock
  readonly log: Log
  /** How long a lost hint may delay a notification. */
  readonly pollEveryMs?: number
  /** How old the grants may be by which a notification is shown. */
  readonly grantsForMs?: number
}

export interface StreamRequest {
  /** Of the subscription, at its beginning. */
  readonly access: Access
  /** The cursor to go on from; undefined: from now on. */
  readonly after: string | undefined
  /** Ends the stream when it aborts. */
  readonly signal: AbortSignal
}

const BATCH = 100
const NEW = { readAt: null, dismissedAt: null }

/** The user among the members of those of the channels that are organizations'. */
const scopeOf = (userId: Uuid, channels: readonly ReadableChannel[]): SelfScope =>
  memberScope(
    userId,
    channels.filter(({ kind }) => kind === 'ORGANIZATION').map(({ id }) => id),
  )

export type LiveService = ReturnType<typeof liveService>

export const liveService = (parts: LiveDependencies) => {
  const {
    units,
    hints,
    cursors,
    preferences,
    grants,
    watch,
    clock,
    log,
    pollEveryMs = 2_000,
    grantsForMs = 5_000,
  } = parts
  const hub = createHub({ hints, read: channelReader(units), heads: headReader(units), pollEveryMs, log })

  const streamOf = (userId: Uuid, viewer: Viewer, taste: Taste, onEnd: () => void) =>
    new NotificationStream({
      authorize: async () => {
        await viewer.authorize()
        await taste.refresh()
      },
      read: (channel, after) =>
        units.user.read(
          scopeOf(
            userId,
            viewer.channels().filter(({ id }) => id === channel),
          ),
          ({ notifications }) => notifications.after(channel, after, BATCH),
        ),
      toNotification: (post) => notificationOf(userId, post, NEW),
      isVisible: (notification) => viewer.maySee(notification) && taste.wants(notification),
      later: hub.later,
      onEnd,
    })

  /** Has a stream follow channels. The bus first: what it says before their places are known is read after them. */
  const enter = async (
    stream: NotificationStream,
    userId: Uuid,
    channels: readonly ReadableChannel[],
    placesOf: (found: readonly ChannelPlace[]) => Places | Promise<Places>,
  ): Promise<void> => {
    const { lanes } = stream
    const followed = await Promise.all(channels.map((channel) => hub.follow(channel, stream.wake)))
    try {
      const found = await units.user.read(scopeOf(userId, channels), ({ places }) => places.of(channels))
      const places = await placesOf(found)
      for (const [index, { channel, last }] of found.entries()) {
        const own = followed[index]
        if (own === undefined) continue
        own.feed.reach(last)
        lanes.open(channel, own, places.get(channel.id) ?? last)
      }
      if (stream.isEnded) lanes.closeAll()
      stream.wake()
    } catch (error) {
      for (const { leave } of followed) leave()
      throw error
    }
  }

  /** By grants of this moment: channels that were left are closed at once, and new ones opened. */
  const review = async (stream: NotificationStream, userId: Uuid, viewer: Viewer): Promise<void> => {
    await viewer.renew()
    const wanted = viewer.channels()
    stream.lanes.keep(wanted)
    const joined = wanted.filter((channel) => !stream.lanes.has(channel))
    if (joined.length > 0 && !stream.isEnded) await enter(stream, userId, joined, placesJoined)
    stream.wake() // who may no longer ask is told so
  }

  return {
    /** Opens the caller's stream. Whoever opens it ends it: by `return`, or by the signal. */
    open: async ({ access, after, signal }: StreamRequest): Promise<AsyncIterableIterator<Notification, undefined>> => {
      const { principal, grants: held } = access
      const { userId } = access.self().scope
      const viewer = createViewer({ principal, userId, held, source: grants, clock, grantsForMs })
      const closing = new AbortController()
      const taste = createTaste(
        () => preferences.switchedOff(userId),
        () => stream.lanes.revisionOf(userId),
      )
      const stream: NotificationStream = streamOf(userId, viewer, taste, () => {
        closing.abort()
      })
      const end = (): void => void stream.return()
      const codec = await cursors.codec()
      await enter(stream, userId, viewer.channels(), (found) =>
        after === undefined ? placesNow(found) : placesAfter(after, userId, codec, found),
      )
      signal.addEventListener('abort', end, { once: true, signal: closing.signal })
      if (signal.aborted) end()
      if (stream.isEnded) return stream
      let reviewed: Promise<void> = Promise.resolve()
      const reviewInTurn = (): Promise<void> => {
        const again = () => review(stream, userId, viewer)
        reviewed = reviewed.then(again, again)
        return reviewed
      }
      const release = watch({ principal, review: reviewInTurn })
      closing.signal.addEventListener('abort', release, { once: true })
      return stream
    },
  }
}
