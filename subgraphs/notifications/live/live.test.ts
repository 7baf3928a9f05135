import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createAccess } from '../../../platform/access/access.ts'
import type { Grants } from '../../../platform/access/grants.ts'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { silentLog } from '../../../platform/log/log.ts'
import { membership, serveSubgraph } from '../../../test/testkit/serve-subgraph.ts'
import { notifications } from '../index.ts'
import { createTestPost, type BusKind, type TestPost } from '../testkit/test-post.ts'
import { notificationUnits } from '../units.ts'
import { createHints } from './hints.ts'
import { liveService } from './service.ts'

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
  for (const table of ['notifications', 'channels', 'processed_events'])
    await post.rows(`delete from notifications.${table}`)
  grants = membership('developer', [project], [], user)
})

afterAll(() => post.drop())

const HOUR_MS = 3_600_000

/** A stream of the user over a bus; one that looks by itself when its bus does not work. */
const open = async (bus: BusKind = 'working', after?: bigint) => {
  const { database, cache, clock } = post.platform(bus)
  let ears = 0
  const live = liveService({
    units: notificationUnits(database),
    hints: createHints(
      {
        publish: cache.publish,
        subscribe: async (channel, listener) => {
          const unsubscribe = await cache.subscribe(channel, listener)
          ears += 1
          return () => {
            ears -= 1
            return unsubscribe()
          }
        },
      },
      silentLog,
    ),
    clock,
    pollEveryMs: bus === 'losing' || bus === 'down' ? 5 : HOUR_MS,
    grantsForMs: 5_000,
  })
  const principal = {
    kind: 'user',
    subject: 'user',
    sessionId: undefined,
    authenticatedAt: undefined,
    assurance: 'single',
  } as const
  const access = createAccess({ principal, grants, reload: () => Promise.resolve(grants) })
  const closing = new AbortController()
  const stream = await live.open({ access, after, signal: closing.signal })
  const take = async (count: number) => {
    const taken: number[] = []
    while (taken.length < count) taken.push(Number((await stream.next()).value?.sequence))
    return taken
  }
  return { stream, take, closing, ears: () => ears }
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

  test('a cursor past the newest is one of now', async () => {
    await tell()
    const { take, stream } = await open('working', 900n)
    await tell()
    expect(await take(1)).toEqual([2])
    await stream.return?.()
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

  test('the order of ids is not the order of commits: a reader by id loses what the stream delivers', async () => {
    const [earlier, later] = [systemIds.next(), systemIds.next()]
    const { take, stream } = await open()
    let cursor = '00000000-0000-7000-8000-000000000000'
    const byId: string[] = []
    const naive = async () => {
      const found = await post.rows<{ id: string }>(
        'select id from notifications.notifications where channel_id = $1 and id > $2 order by id',
        [user, cursor],
      )
      byId.push(...found.map(({ id }) => id))
      cursor = byId.at(-1) ?? cursor
    }
    // The one that took its id first commits last, as the slower of two transactions does.
    for (const id of [later, earlier]) {
      let used = false
      const next = () => (used ? systemIds.next() : ((used = true), id))
      await post.handle(post.released(project), post.platform('working', { next }))
      await naive()
    }
    expect(byId).toEqual([later])
    expect(await take(2)).toEqual([1, 2])
    await stream.return?.()
  })

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
    const { stream, closing, ears } = await open()
    const waiting = stream.next()
    expect(ears()).toBe(1)
    closing.abort()
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(ears()).toBe(0)
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
