import { describe, expect, jest, test } from '@jest/globals'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { Channel, Post } from '../channel/model.ts'
import { notificationOf, type Notification } from '../notification/model.ts'
import { ChannelFeed } from './feed.ts'
import { NotificationStream, type StreamParts } from './stream.ts'

const user = systemIds.next()
const own: Channel = { kind: 'USER', id: user }

const postIn =
  (channel: Channel) =>
  (sequence: bigint): Post => ({
    id: systemIds.next(),
    channel,
    sequence,
    template: 'welcome',
    category: 'ANNOUNCEMENT',
    title: 'x',
    body: 'x',
    projectId: null,
    subject: null,
    traceparent: null,
    createdAt: new Date(),
  })

const seen = (post: Post): Notification => notificationOf(user, post, { readAt: null, dismissedAt: null })

/** A channel's log in memory, and what this process has heard of it. */
const createChannel = (channel: Channel = own) => {
  const log: Post[] = []
  const from = (after: bigint) => log.filter(({ sequence }) => sequence > after).slice(0, 2)
  const read = jest.fn((after: bigint) => Promise.resolve(from(after)))
  const feed = new ChannelFeed({ channel, read, onFailure: () => undefined })
  const write = (...sequences: bigint[]): Post[] => {
    const posts = sequences.map(postIn(channel))
    log.push(...posts)
    return posts
  }
  const hint = (...posts: readonly Post[]) => {
    for (const post of posts) feed.hint({ kind: 'post', sequence: post.sequence, post })
  }
  return { channel, feed, read, from, write, hint, reach: (last: bigint) => feed.reach(last) }
}

/** A stream over channels, which is told of what is new by their feeds alone. */
const open = (channels: ReturnType<typeof createChannel>[], place = 0n, parts: Partial<StreamParts> = {}) => {
  const onEnd = jest.fn()
  const readById = jest.fn((channel: Uuid, after: bigint) =>
    Promise.resolve((channels.find((of) => of.channel.id === channel)?.from(after) ?? []).map(seen)),
  )
  const retries: (() => void)[] = []
  const stream = new NotificationStream({
    authorize: () => Promise.resolve(),
    read: readById,
    toNotification: seen,
    isVisible: () => true,
    later: (again) => retries.push(again),
    onEnd,
    ...parts,
  })
  for (const { channel, feed } of channels) {
    feed.reach(place)
    stream.lanes.open({ ...channel, since: undefined }, { feed, leave: feed.follow(stream.wake) }, place)
  }
  const take = async (count: number) => {
    const taken: (bigint | undefined)[] = []
    for (let n = 0; n < count; n += 1) taken.push((await stream.next()).value?.sequence)
    return taken
  }
  return { stream, take, readById, onEnd, retries }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a stream of notifications', () => {
  test('reads on from its place, in order, past the end of one batch', async () => {
    const channel = createChannel()
    const { take } = open([channel], 1n)
    channel.write(1n, 2n, 3n, 4n, 5n)
    channel.reach(5n)
    expect(await take(4)).toEqual([2n, 3n, 4n, 5n])
  })

  test('shows what a hint carries without a read, where it is the very next', async () => {
    const channel = createChannel()
    const { take, readById } = open([channel])
    channel.hint(...channel.write(1n, 2n, 3n))
    expect(await take(3)).toEqual([1n, 2n, 3n])
    expect(channel.read).not.toHaveBeenCalled()
    expect(readById).not.toHaveBeenCalled()
  })

  test('fills the gap before a hint that came too early, and drops those that are repeated or late', async () => {
    const channel = createChannel()
    const { stream, take } = open([channel])
    const [first, second, third] = channel.write(1n, 2n, 3n) as [Post, Post, Post] // three were written
    channel.hint(third, third)
    expect(await take(3)).toEqual([1n, 2n, 3n])
    channel.hint(second, first, third, third)
    const next = stream.next()
    channel.hint(...channel.write(4n))
    expect((await next).value?.sequence).toBe(4n)
  })

  test('a hint that says what is not there shows nothing, and keeps nothing back', async () => {
    const channel = createChannel()
    const { stream } = open([channel])
    const next = stream.next()
    channel.hint(postIn(own)(900n))
    await turn()
    const [real] = channel.write(1n) as [Post] // one was written
    channel.hint(real)
    expect((await next).value?.sequence).toBe(1n)
  })

  test('without a hint it is told by whoever asks how far the channel is', async () => {
    const channel = createChannel()
    const { stream } = open([channel])
    const next = stream.next()
    await turn()
    channel.write(1n)
    channel.reach(1n)
    expect((await next).value?.sequence).toBe(1n)
  })

  test('what the feed no longer remembers is read from the log, and what the log no longer has is passed over', async () => {
    const channel = createChannel()
    const { take, readById } = open([channel])
    channel.hint(...channel.write(1n, 2n, 3n))
    channel.feed.forget()
    expect(await take(3)).toEqual([1n, 2n, 3n])
    expect(readById).toHaveBeenCalled()
    const emptied = open([channel], 3n, { read: () => Promise.resolve([]) })
    channel.hint(...channel.write(4n))
    channel.feed.forget()
    const next = emptied.stream.next()
    await turn()
    channel.hint(...channel.write(5n))
    expect((await next).value?.sequence).toBe(5n)
  })

  test('several streams of one channel hear each notice once, from one read', async () => {
    const channel = createChannel()
    const streams = [open([channel]), open([channel]), open([channel])]
    channel.write(1n, 2n)
    channel.reach(2n)
    for (const { take } of streams) expect(await take(2)).toEqual([1n, 2n])
    expect(channel.read).toHaveBeenCalledTimes(1)
  })

  test('channels keep their own order, and between them the older goes first', async () => {
    const [mine, ours] = [createChannel(), createChannel({ kind: 'ORGANIZATION', id: systemIds.next() })]
    const { stream } = open([mine, ours])
    const written = [...mine.write(1n), ...ours.write(1n), ...mine.write(2n), ...ours.write(2n)]
    mine.reach(2n)
    ours.reach(2n)
    await turn()
    const ids: unknown[] = []
    for (const _ of written) ids.push((await stream.next()).value?.id.local)
    expect(ids).toEqual(written.map(({ id }) => id))
    expect([...stream.lanes.places.values()]).toEqual([2n, 2n])
  })

  test('several readers at once get one notification each', async () => {
    const channel = createChannel()
    const { stream } = open([channel])
    const waiting = [stream.next(), stream.next(), stream.next()]
    channel.hint(...channel.write(1n, 2n, 3n))
    const values = await Promise.all(waiting)
    expect(values.map(({ value }) => value?.sequence)).toEqual([1n, 2n, 3n])
  })

  test('return ends at once what waits, while it sleeps and while it reads, and leaves its channels', async () => {
    const channel = createChannel()
    const asleep = open([channel])
    const waiting = asleep.stream.next()
    await turn()
    expect(await asleep.stream.return()).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await asleep.stream.next()).toEqual({ done: true, value: undefined })

    const reading = open([channel], 0n, { read: () => new Promise(() => undefined) })
    channel.write(1n)
    channel.reach(1n)
    channel.feed.forget()
    const stuck = reading.stream.next()
    await reading.stream.return()
    expect(await stuck).toEqual({ done: true, value: undefined })

    await asleep.stream.return()
    expect(asleep.onEnd).toHaveBeenCalledTimes(1)
    expect(reading.onEnd).toHaveBeenCalledTimes(1)
    expect(channel.feed.isFollowed).toBe(false)
  })

  test('who may no longer ask gets the denial once, and nothing that was heard before', async () => {
    let allowed = true
    const channel = createChannel()
    const { stream, onEnd } = open([channel], 0n, {
      authorize: () => (allowed ? Promise.resolve() : Promise.reject(catalogued('ACTOR_DISABLED'))),
    })
    channel.hint(...channel.write(1n, 2n))
    expect((await stream.next()).value).toMatchObject({ sequence: 1n })
    allowed = false
    await expect(stream.next()).rejects.toMatchObject({ code: 'ACTOR_DISABLED' })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(onEnd).toHaveBeenCalledTimes(1)
  })

  test('a database that cannot be asked delays it: nothing is shown meanwhile, nothing lost, nothing repeated', async () => {
    const out = { log: false, grants: false }
    const unless = (isOut: boolean) => (isOut ? Promise.reject(catalogued('DATABASE_UNAVAILABLE')) : Promise.resolve())
    const channel = createChannel()
    const { stream, retries } = open([channel], 0n, {
      authorize: () => unless(out.grants),
      read: (_, after) => unless(out.log).then(() => channel.from(after).map(seen)),
    })
    for (const part of ['log', 'grants'] as const) {
      out[part] = true
      const [post] = channel.write(part === 'log' ? 1n : 2n) as [Post] // one was written
      channel.hint(post)
      channel.feed.forget()
      let isShown = false
      const next = stream.next().finally(() => (isShown = true))
      for (let n = 0; n < 3; n += 1) {
        await turn()
        for (const again of retries.splice(0)) again()
      }
      expect(isShown).toBe(false)
      out[part] = false
      await turn()
      for (const again of retries.splice(0)) again()
      expect((await next).value?.sequence).toBe(post.sequence)
    }
    await stream.return()
  })

  test('what may not be seen when its turn comes is passed over, also when it was read before', async () => {
    let hidden = 0n
    const channel = createChannel()
    const { take } = open([channel], 0n, { isVisible: ({ sequence }) => sequence !== hidden })
    channel.hint(...channel.write(1n, 2n, 3n))
    expect(await take(1)).toEqual([1n])
    hidden = 2n
    expect(await take(1)).toEqual([3n])
  })

  test('a channel that is left shows nothing more, what was read before included', async () => {
    const channel = createChannel()
    const { stream, take } = open([channel])
    channel.write(1n, 2n)
    channel.reach(2n)
    channel.feed.forget()
    expect(await take(1)).toEqual([1n])
    stream.lanes.keep([])
    const next = stream.next()
    await turn()
    await stream.return()
    expect(await next).toEqual({ done: true, value: undefined })
  })
})
