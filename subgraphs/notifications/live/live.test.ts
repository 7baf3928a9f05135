import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Grants } from '../../../platform/access/grants.ts'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { until } from '../../../test/testkit/until.ts'
import { membership, serveSubgraph } from '../../../test/testkit/serve-subgraph.ts'
import { notifications } from '../index.ts'
import { streamingProcess } from '../testkit/open-stream.ts'
import { createTestPost, type BusKind, type TestPost } from '../testkit/test-post.ts'

let post: TestPost
let project: ProjectScope
let user: Uuid
let grants: Grants

beforeAll(async () => {
  post = await createTestPost()
  project = post.tenants.a1
  user = await post.user('developer', project)
})

beforeEach(async () => {
  for (const table of ['notifications', 'channels', 'reading_positions', 'processed_events'])
    await post.rows(`delete from notifications.${table}`)
  grants = membership('developer', [project], [], user)
})

afterAll(() => post.drop())

const HOUR_MS = 3_600_000

/** A process that looks by itself soon when its bus does not work. */
const processOver = (bus: BusKind) =>
  streamingProcess({
    platform: post.platform(bus),
    grants: () => grants,
    pollEveryMs: bus === 'losing' || bus === 'down' ? 5 : HOUR_MS,
  })

const open = async (bus: BusKind = 'working', after?: bigint) => {
  const running = processOver(bus)
  return { ...(await running.open(after)), running }
}

const tell = (bus: BusKind = 'working') => post.handle(post.released(project), post.platform(bus))
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index)

describe('a live stream', () => {
  test('begins with what comes after it was opened', async () => {
    await tell()
    const { take, stream } = await open()
    await tell()
    await tell()
    expect(await take(2)).toEqual([2, 3])
    await stream.return?.()
  })

  test('R69: goes on after a cursor: what came since first, then what comes, each once', async () => {
    for (const _ of upTo(4)) await tell()
    const { take, stream } = await open('working', 1n)
    expect(await take(3)).toEqual([2, 3, 4])
    await tell()
    expect(await take(1)).toEqual([5])
    await stream.return?.()
  })

  test('a cursor of a time to come is refused', async () => {
    await tell()
    await expect(open('working', 900n)).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
    await (await open('working', 1n)).stream.return?.()
  })

  test.each<BusKind>(['working', 'losing', 'repeating', 'down'])(
    'R71: nothing is lost and nothing repeated over a bus that is %s, with writers at once and readers that come back',
    async (bus) => {
      const count = 60
      const writing = Promise.all(
        upTo(4).map(async () => {
          for (const _ of upTo(count / 4)) await tell(bus)
        }),
      )
      const steady = await open(bus, 0n)
      const reading = steady.take(count)
      const seen: number[] = []
      while (seen.length < count) {
        const { take, stream } = await open(bus, BigInt(seen.at(-1) ?? 0))
        seen.push(...(await take(Math.min(7, count - seen.length))))
        await stream.return?.()
      }
      await writing
      expect(seen).toEqual(upTo(count))
      expect(await reading).toEqual(upTo(count))
      await steady.stream.return?.()
    },
  )

  test('passes over what is about a project that cannot be read any more', async () => {
    const { take, stream } = await open()
    const other = post.tenants.a2
    await post.rows(
      `insert into iam.project_memberships (org_id, project_id, id, user_id, role, created_at) values ($1, $2, $3, $4, 'developer', now())`,
      [other.organizationId, other.projectId, systemIds.next(), user],
    )
    await post.handle(post.released(other))
    await tell()
    expect(await take(1)).toEqual([2])
    await stream.return?.()
  })

  test('ends with the denial when its user is disabled, seconds later at most', async () => {
    const { stream, take } = await open()
    await tell()
    expect(await take(1)).toEqual([1])
    grants = { ...grants, disabled: true }
    post.clock.advance(5)
    await tell()
    await expect(stream.next()).rejects.toMatchObject({ code: 'ACTOR_DISABLED' })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  test('ends when its signal aborts, and leaves no ear behind', async () => {
    const { stream, closing, running } = await open()
    const waiting = stream.next()
    expect(running.ears()).toBe(2) // the user's channel and everybody's
    closing.abort()
    expect(await waiting).toEqual({ done: true, value: undefined })
    await until('nobody listens any more', () => running.ears() === 0)
    expect(running.watched()).toBe(0)
    await tell()
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })
})

describe('the subscription', () => {
  const SUBSCRIPTION = 'subscription ($after: String) { notifications(after: $after) { title projectId cursor } }'

  test('sends each notification as the graph shows it, and goes on after its cursor', async () => {
    const served = serveSubgraph(notifications, post.platform())
    served.callers.set('user', grants)
    const first = await served.follow(SUBSCRIPTION, {}, 'user')
    await tell()
    await tell()
    const { value: answer } = await first.next()
    expect(answer).toMatchObject({ data: { notifications: { title: 'An allocation of h200 was released' } } })
    const { notifications: shown } = answer?.data as { notifications: { cursor: string } } // asked for above
    await first.return?.()
    const second = await served.follow(SUBSCRIPTION, { after: shown.cursor }, 'user')
    expect((await second.next()).value).toMatchObject({ data: { notifications: { projectId: expect.any(String) } } })
    await second.return?.()
  })

  test('is refused to nobody, to who is disabled, and with a cursor that is none', async () => {
    const served = serveSubgraph(notifications, post.platform())
    await expect(served.follow(SUBSCRIPTION, {}, 'nobody')).rejects.toThrow()
    served.callers.set('user', { ...grants, disabled: true })
    await expect(served.follow(SUBSCRIPTION, {}, 'user')).rejects.toMatchObject({
      errors: [{ extensions: { code: 'ACTOR_DISABLED' } }],
    })
    served.callers.set('user', grants)
    await expect(served.follow(SUBSCRIPTION, { after: 'x' }, 'user')).rejects.toMatchObject({
      errors: [{ extensions: { code: 'INVALID_CURSOR' } }],
    })
  })
})
