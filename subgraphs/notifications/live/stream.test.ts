import { until } from '../../../test/testkit/until.ts'
import { describe, expect, jest, test } from '@jest/globals'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { notificationId, type Notification } from '../notification/model.ts'
import { NotificationStream, type StreamParts } from './stream.ts'

const user = systemIds.next()

const notification = (sequence: bigint): Notification => ({
  id: notificationId(user, systemIds.next()),
  sequence,
  template: 'welcome',
  title: 'x',
  body: 'x',
  projectId: null,
  subject: null,
  createdAt: new Date(),
  readAt: null,
})

/** A log in memory, and a stream over it that looks by itself only after an hour. */
const open = (parts: Partial<StreamParts> = {}) => {
  const log: Notification[] = []
  const onEnd = jest.fn()
  const read = jest.fn((after: bigint) => Promise.resolve(log.filter(({ sequence }) => sequence > after).slice(0, 2)))
  const stream = new NotificationStream({
    position: 0n,
    authorize: () => Promise.resolve(),
    read,
    isVisible: () => true,
    pollEveryMs: 3_600_000,
    onEnd,
    ...parts,
  })
  const write = (...sequences: bigint[]) => log.push(...sequences.map(notification))
  const take = async (count: number) => {
    const taken: (bigint | undefined)[] = []
    for (let n = 0; n < count; n += 1) {
      const { value } = await stream.next()
      taken.push(value?.sequence)
    }
    return taken
  }
  return { stream, write, take, read, onEnd }
}

describe('a stream of notifications', () => {
  test('reads on from its place, in order, past the end of one batch', async () => {
    const { write, take } = open({ position: 1n })
    write(1n, 2n, 3n, 4n, 5n)
    expect(await take(4)).toEqual([2n, 3n, 4n, 5n])
  })

  test('a hint while it reads is not lost: it looks again', async () => {
    const reads: ((found: readonly Notification[]) => void)[] = []
    const { stream } = open({ read: () => new Promise((resolve) => reads.push(resolve)) })
    const next = stream.next()
    await new Promise((resolve) => setImmediate(resolve))
    stream.hint(1n)
    reads[0]?.([]) // what the log held before the notification that the hint tells of
    await new Promise((resolve) => setImmediate(resolve))
    reads[1]?.([notification(1n)])
    expect((await next).value).toMatchObject({ sequence: 1n })
  })

  test('a hint that is repeated shows nothing again', async () => {
    const { stream, write, take, read } = open()
    write(1n)
    expect(await take(1)).toEqual([1n])
    for (let n = 0; n < 50; n += 1) stream.hint(1n)
    const second = take(1)
    write(2n)
    stream.hint(2n)
    expect(await second).toEqual([2n])
    expect(read.mock.calls.length).toBeLessThan(5)
  })

  test('without a hint it looks by itself', async () => {
    const { stream, write } = open({ pollEveryMs: 5 })
    const next = stream.next()
    await new Promise((resolve) => setImmediate(resolve))
    write(1n)
    expect((await next).value).toMatchObject({ sequence: 1n })
  })

  test('several readers at once get one notification each', async () => {
    const { stream, write } = open()
    const waiting = [stream.next(), stream.next(), stream.next()]
    write(1n, 2n, 3n)
    stream.hint(3n)
    const values = await Promise.all(waiting)
    expect(values.map(({ value }) => value?.sequence)).toEqual([1n, 2n, 3n])
  })

  test('return ends at once what waits, while it sleeps and while it reads', async () => {
    const asleep = open()
    const waiting = asleep.stream.next()
    await new Promise((resolve) => setImmediate(resolve))
    expect(await asleep.stream.return()).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await asleep.stream.next()).toEqual({ done: true, value: undefined })

    const reading = open({ read: () => new Promise(() => undefined) })
    const stuck = reading.stream.next()
    await reading.stream.return()
    expect(await stuck).toEqual({ done: true, value: undefined })

    await asleep.stream.return()
    expect(asleep.onEnd).toHaveBeenCalledTimes(1)
    expect(reading.onEnd).toHaveBeenCalledTimes(1)
  })

  test('who may no longer ask gets the denial once, and nothing that was read before', async () => {
    let allowed = true
    const { stream, write, onEnd } = open({
      authorize: () => (allowed ? Promise.resolve() : Promise.reject(catalogued('ACTOR_DISABLED'))),
    })
    write(1n, 2n)
    expect((await stream.next()).value).toMatchObject({ sequence: 1n })
    allowed = false
    await expect(stream.next()).rejects.toMatchObject({ code: 'ACTOR_DISABLED' })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(onEnd).toHaveBeenCalledTimes(1)
  })

  test('a database that cannot be asked delays it: nothing is shown meanwhile, nothing lost, nothing repeated', async () => {
    const out = { database: false, grants: false }
    let askedInVain = 0
    const unless = (isOut: boolean) => {
      if (!isOut) return Promise.resolve()
      askedInVain += 1
      return Promise.reject(catalogued('DATABASE_UNAVAILABLE'))
    }
    const log: Notification[] = [notification(1n)]
    const { stream } = open({
      authorize: () => unless(out.grants),
      read: (after) => unless(out.database).then(() => log.filter(({ sequence }) => sequence > after)),
      pollEveryMs: 1,
    })
    for (const part of ['database', 'grants'] as const) {
      const before = log.length
      if (part === 'database') expect((await stream.next()).value).toMatchObject({ sequence: 1n })
      out[part] = true
      log.push(notification(BigInt(before + 1)))
      askedInVain = 0
      let isShown = false
      const next = stream.next().finally(() => (isShown = true))
      await until('it asked several times in vain', () => askedInVain >= 3)
      expect(isShown).toBe(false)
      out[part] = false
      expect((await next).value).toMatchObject({ sequence: BigInt(before + 1) })
    }
    await stream.return()
  })

  test('what may not be seen when its turn comes is passed over, also when it was read before', async () => {
    let hidden = 0n
    const { write, take } = open({ isVisible: ({ sequence }) => sequence !== hidden })
    write(1n, 2n, 3n)
    expect(await take(1)).toEqual([1n])
    hidden = 2n
    expect(await take(1)).toEqual([3n])
  })
})
