import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { v7 } from 'uuid'
import type { EventBackbone, EventEnvelope, EventHandler } from '../../platform/events/envelope.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import { until } from './until.ts'

/** The server behind a backbone, as the conformance suite needs it. */
export interface BackboneServer {
  /** A further process's connection to the same events. */
  readonly connect: () => Promise<EventBackbone>
  /** Breaks every connection as a crash of the server would; resolves when it can be reached again. */
  readonly crash: () => Promise<void>
  readonly stop: () => Promise<void>
}

const uuid = (): Uuid => v7() as Uuid // canonical by construction

const event = (type = 'storage.bucket_created'): EventEnvelope => ({
  id: uuid(),
  type,
  version: 1,
  occurredAt: new Date().toISOString(),
  correlationId: uuid(),
  causationId: uuid(),
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  owner: { organizationId: uuid(), projectId: uuid() },
  data: { bucketId: uuid() },
})

const events = (count: number): readonly EventEnvelope[] => Array.from({ length: count }, () => event())

/** What a consumer saw of the events of one test, among those that earlier tests left in the log. */
const recorder = (expected: readonly EventEnvelope[]) => {
  const ids = new Set(expected.map(({ id }) => id))
  const seen: EventEnvelope[] = []
  const record: EventHandler = (arrived) => {
    if (ids.has(arrived.id)) seen.push(arrived)
    return Promise.resolve()
  }
  return { seen, record, ids: () => seen.map(({ id }) => id) }
}

const idsOf = (of: readonly EventEnvelope[]): readonly string[] => of.map(({ id }) => id)

/** What every implementation of the port promises; run on each, on its real server. */
export const describeBackbone = (name: string, start: () => Promise<BackboneServer>): void => {
  describe(`the ${name} backbone`, () => {
    let server: BackboneServer
    const open = new Set<EventBackbone>()
    let names = 0
    const newName = (): string => `consumer-${(names += 1).toString()}`
    const connect = async (): Promise<EventBackbone> => {
      const backbone = await server.connect()
      open.add(backbone)
      return backbone
    }

    beforeAll(async () => {
      server = await start()
    })
    afterEach(async () => {
      await Promise.all([...open].map((backbone) => backbone.close()))
      open.clear()
    })
    afterAll(() => server.stop())

    test('hands events over whole and in the order in which they were published', async () => {
      const backbone = await connect()
      const published = events(100)
      const { seen, record } = recorder(published)
      await backbone.consume(newName(), ['storage.bucket_created'], record)
      await backbone.publish(published.slice(0, 60))
      await backbone.publish(published.slice(60))
      await until('all arrived', () => seen.length >= 100)
      expect(seen).toEqual(published)
    })

    test('hands over the types that were asked for and no others', async () => {
      const backbone = await connect()
      const wanted = [event('platform.billing.charge_posted'), event('platform.iam.project_created')]
      const published = [event(), ...wanted.slice(0, 1), event(), event(), ...wanted.slice(1), event()]
      const { seen, record, ids } = recorder(published)
      await backbone.publish(published)
      await backbone.consume(newName(), ['platform.billing.charge_posted', 'platform.iam.project_created'], record)
      await until('the last one arrived', () => seen.some(({ id }) => id === wanted[1]?.id))
      expect(ids()).toEqual(idsOf(wanted))
    })

    test('stores the same event id once, in one batch, in two, and from two processes', async () => {
      const [backbone, other] = [await connect(), await connect()]
      const [first, second, last] = [event(), event(), event()]
      await backbone.publish([first, first])
      await Promise.all([backbone.publish([first, second]), other.publish([first, second])])
      await other.publish([second, last])
      const { seen, record, ids } = recorder([first, second, last])
      await backbone.consume(newName(), ['storage.bucket_created'], record)
      await until('the last one arrived', () => seen.some(({ id }) => id === last.id))
      expect(ids()).toEqual(idsOf([first, second, last]))
    })

    test('hands an event over again when its handler failed, before those after it', async () => {
      const backbone = await connect()
      const published = events(3)
      const failing = published[1]?.id
      const { seen, record } = recorder(published)
      const attempts: string[] = []
      await backbone.consume(newName(), ['storage.bucket_created'], async (arrived) => {
        if (published.some(({ id }) => id === arrived.id)) attempts.push(arrived.id)
        if (arrived.id === failing && attempts.filter((id) => id === failing).length < 3) throw new Error('not yet')
        await record(arrived)
      })
      await backbone.publish(published)
      await until('all were handled', () => seen.length >= 3)
      const [a, b, c] = idsOf(published)
      expect(attempts).toEqual([a, b, b, b, c])
    })

    test('remembers the position of a name over a stop and another connection', async () => {
      const name = newName()
      const [before, after] = [events(5), events(5)]
      const first = recorder([...before, ...after])
      const backbone = await connect()
      const consumer = await backbone.consume(name, ['storage.bucket_created'], first.record)
      await backbone.publish(before)
      await until('the first ones arrived', () => first.seen.length >= 5)
      await consumer.stop()
      await backbone.publish(after)

      const second = recorder([...before, ...after])
      await (await connect()).consume(name, ['storage.bucket_created'], second.record)
      await until('the others arrived', () => second.seen.length >= 5)
      expect([first.ids(), second.ids()]).toEqual([idsOf(before), idsOf(after)])
    })

    test('two processes of one name handle each event once between them, and one goes on without the other', async () => {
      const name = newName()
      const [before, after] = [events(40), events(10)]
      const all = recorder([...before, ...after])
      const [one, other] = [await connect(), await connect()]
      const stopping = await one.consume(name, ['storage.bucket_created'], all.record)
      await other.consume(name, ['storage.bucket_created'], all.record)
      await one.publish(before)
      await until('the first ones were handled', () => all.seen.length >= 40)
      await stopping.stop()
      await one.publish(after)
      await until('the others were handled', () => all.seen.length >= 50)
      expect(all.ids()).toEqual(idsOf([...before, ...after]))
    })

    test('hands every event to each name', async () => {
      const backbone = await connect()
      const published = events(5)
      const [one, other] = [recorder(published), recorder(published)]
      await backbone.consume(newName(), ['storage.bucket_created'], one.record)
      await backbone.consume(newName(), ['storage.bucket_created'], other.record)
      await backbone.publish(published)
      await until('both have all', () => one.seen.length >= 5 && other.seen.length >= 5)
      expect([one.ids(), other.ids()]).toEqual([idsOf(published), idsOf(published)])
    })

    test('loses nothing in a crash of its server, and consumers go on by themselves', async () => {
      const backbone = await connect()
      const [before, after] = [events(20), events(20)]
      const { seen, record } = recorder([...before, ...after])
      const atWork = Promise.withResolvers<undefined>()
      const goOn = Promise.withResolvers<undefined>()
      await backbone.consume(newName(), ['storage.bucket_created'], async (arrived) => {
        await record(arrived)
        if (seen.length !== 3) return
        atWork.resolve(undefined)
        await goOn.promise
      })
      await backbone.publish(before)
      await atWork.promise
      await server.crash()
      goOn.resolve(undefined)
      await (await connect()).publish(after)
      await until('every event was handled', () => new Set(seen.map(({ id }) => id)).size >= 40, 25_000)
      const firstSight = [...new Set(seen.map(({ id }) => id))]
      expect(firstSight).toEqual(idsOf([...before, ...after]))
    })
  })
}
