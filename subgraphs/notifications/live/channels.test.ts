import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Grants } from '../../../platform/access/grants.ts'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { membership } from '../../../test/testkit/serve-subgraph.ts'
import { streamingProcess } from '../testkit/open-stream.ts'
import { createTestPost, type TestPost } from '../testkit/test-post.ts'

let post: TestPost
let project: ProjectScope
let ours: Uuid
let theirs: Uuid
let user: Uuid
let grants: Grants

beforeAll(async () => {
  post = await createTestPost()
  project = post.tenants.a1
  ours = project.organizationId
  theirs = post.tenants.b1.organizationId
  user = await post.user('developer', project)
})

beforeEach(async () => {
  for (const table of ['notifications', 'channels', 'reading_positions', 'processed_events'])
    await post.rows(`delete from notifications.${table}`)
  grants = membership('developer', [project], [ours], user)
})

afterAll(() => post.drop())

const start = () => streamingProcess({ platform: post.platform(), grants: () => grants, pollEveryMs: 3_600_000 })
const titlesOf = async (seen: () => Promise<{ title: string }>, count: number) => {
  const titles: string[] = []
  while (titles.length < count) titles.push((await seen()).title)
  return titles
}
/** Member of these organizations, of each from then on. */
const memberOf = (organizations: readonly Uuid[], since: Date): Grants => ({
  ...grants,
  organizations: new Map(
    organizations.map((id) => [id, { suspended: false, capabilities: new Set(['ORGANIZATION_READ']), since }]),
  ),
})

describe('the channels of a stream', () => {
  test('R70: members hear what their organization is told, and nobody hears what another is', async () => {
    const { seen, stream } = await start().open()
    await post.tellMembers(theirs, { title: 'theirs' })
    await post.tellMembers(ours, { title: 'ours' })
    await post.handle(post.released(project))
    expect(await titlesOf(seen, 2)).toEqual(['ours', 'An allocation of h200 was released'])
    await stream.return?.()
  })

  test('what members are told about a project is for those who may read it', async () => {
    const { seen, stream } = await start().open()
    await post.tellMembers(ours, { title: 'hidden', projectId: post.tenants.a2.projectId })
    await post.tellMembers(ours, { title: 'shown', projectId: project.projectId })
    expect(await titlesOf(seen, 1)).toEqual(['shown'])
    await stream.return?.()
  })

  test('R69: a cursor goes on in every channel, each notice once', async () => {
    const running = start()
    const first = await running.open()
    await post.tellMembers(ours, { title: '1' })
    await post.handle(post.released(project))
    const cursor = await running.cursor(await first.seen(), user)
    await first.stream.return?.()
    await post.tellMembers(ours, { title: '3' })
    const second = await running.open(cursor)
    expect(await titlesOf(second.seen, 2)).toEqual(['An allocation of h200 was released', '3'])
    await post.tellMembers(ours, { title: '4' })
    expect(await titlesOf(second.seen, 1)).toEqual(['4'])
    await second.stream.return?.()
  })

  test('a suspended organization tells its members nothing while it is', async () => {
    grants = {
      ...grants,
      organizations: new Map([[ours, { suspended: true, capabilities: new Set(['ORGANIZATION_READ']) }]]),
    }
    const running = start()
    const { seen, stream } = await running.open()
    await post.tellMembers(ours, { title: 'while suspended' })
    await post.handle(post.released(project))
    expect(await titlesOf(seen, 1)).toEqual(['An allocation of h200 was released'])
    await stream.return?.()
  })
})

describe('a membership that changes while a stream is open', () => {
  test('begins to be followed from its first moment, and nothing of the time before is shown', async () => {
    const running = start()
    const { seen, stream } = await running.open()
    await post.tellMembers(theirs, { title: 'before' })
    post.clock.advance(10)
    grants = memberOf([ours, theirs], post.clock.now())
    await post.tellMembers(theirs, { title: 'before the process knows' })
    await running.review()
    await post.tellMembers(theirs, { title: 'after' })
    expect(await titlesOf(seen, 2)).toEqual(['before the process knows', 'after'])
    await stream.return?.()
  })

  test('that ends shows nothing any more, what was told a moment before included', async () => {
    const running = start()
    const { seen, stream } = await running.open()
    await post.tellMembers(ours, { title: 'a moment before' })
    grants = memberOf([], post.clock.now())
    await running.review()
    await post.tellMembers(ours, { title: 'after' })
    await post.handle(post.released(project))
    expect(await titlesOf(seen, 1)).toEqual(['An allocation of h200 was released'])
    await stream.return?.()
  })

  test('that ended and began again leaves out what was told between, in a stream and after its cursor', async () => {
    grants = memberOf([ours], post.clock.now())
    const running = start()
    const { seen, stream } = await running.open()
    await post.tellMembers(ours, { title: 'first' })
    const cursor = await running.cursor(await seen(), user)
    await post.tellMembers(ours, { title: 'between' })
    post.clock.advance(10)
    grants = memberOf([ours], post.clock.now())
    await running.review()
    await post.tellMembers(ours, { title: 'last' })
    expect(await titlesOf(seen, 1)).toEqual(['last'])
    await stream.return?.()
    const again = await running.open(cursor)
    expect(await titlesOf(again.seen, 1)).toEqual(['last'])
    await again.stream.return?.()
  })

  test('that began while nobody was connected is read from its beginning by a cursor of before', async () => {
    const running = start()
    const first = await running.open()
    await post.tellMembers(ours, { title: 'ours' })
    const cursor = await running.cursor(await first.seen(), user)
    await first.stream.return?.()
    await post.tellMembers(theirs, { title: 'before' })
    post.clock.advance(10)
    grants = memberOf([ours, theirs], post.clock.now())
    await post.tellMembers(theirs, { title: 'after' })
    const second = await running.open(cursor)
    expect(await titlesOf(second.seen, 1)).toEqual(['after'])
    await second.stream.return?.()
  })
})

test('of a hundred streams in one process each channel is heard once and asked for once', async () => {
  const running = start()
  const streams = await Promise.all(Array.from({ length: 100 }, () => running.open()))
  expect(running.ears()).toBe(3)
  await post.tellMembers(ours, { title: 'to all' })
  const seen = await Promise.all(streams.map((opened) => opened.seen()))
  expect(seen.map(({ title }) => title)).toEqual(streams.map(() => 'to all'))
  for (const { stream } of streams) await stream.return?.()
})
