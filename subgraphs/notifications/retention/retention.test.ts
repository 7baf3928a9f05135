import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Grants } from '../../../platform/access/grants.ts'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { membership } from '../../../test/testkit/serve-subgraph.ts'
import { streamingProcess } from '../testkit/open-stream.ts'
import { createTestPost, type TestPost } from '../testkit/test-post.ts'
import { notificationUnits } from '../units.ts'
import { REMOVE_EXPIRED, retentionJobs } from './jobs.ts'

let post: TestPost
let project: ProjectScope
let user: Uuid
let grants: Grants

beforeAll(async () => {
  post = await createTestPost()
  project = post.tenants.a1
  user = await post.user('developer', project)
  grants = membership('developer', [project], [project.organizationId], user)
})

afterAll(() => post.drop())

const DAY = 86_400
const tell = () => post.handle(post.released(project))
const removeExpired = async (keptForDays = 30) => {
  const { database, clock } = post.platform()
  await retentionJobs({ units: notificationUnits(database), clock, keptForDays, atOnce: 2 })[REMOVE_EXPIRED]?.({})
}
const left = async () =>
  (
    await post.rows<{ sequence: string }>(
      'select sequence from notifications.notifications where channel_id = $1 order by 1',
      [user],
    )
  ).map(({ sequence }) => Number(sequence))

test('R69: what is older than it is kept for is removed, in batches, with its receipts; a cursor of before is told so', async () => {
  const running = streamingProcess({ platform: post.platform(), grants: () => grants, pollEveryMs: 3_600_000 })
  const first = await running.open()
  for (let n = 0; n < 5; n += 1) await tell()
  await post.tellMembers(project.organizationId)
  const early = await running.cursor(await first.seen(), user)
  await first.take(5)
  const late = await running.cursor({ places: first.places() }, user)
  await first.stream.return?.()
  await post.rows(
    `insert into notifications.receipts (user_id, channel_id, notification_id, read_at)
    select channel_id, channel_id, id, now() from notifications.notifications where channel_id = $1`,
    [user],
  )
  post.clock.advance(40 * DAY)
  await tell()
  await tell()

  await removeExpired()
  expect(await left()).toEqual([6, 7])
  expect(await post.rows('select * from notifications.receipts')).toEqual([])
  await removeExpired()
  expect(await left()).toEqual([6, 7])

  const refused = await running.open(early).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'CURSOR_TOO_OLD', details: { cursor: expect.any(String) } })
  const { details } = refused as { details: { cursor: string } } // just seen
  const fresh = await running.open(details.cursor)
  await tell()
  expect(await fresh.take(1)).toEqual([8])
  await fresh.stream.return?.()

  const again = await running.open(late)
  expect(await again.take(3)).toEqual([6, 7, 8])
  await again.stream.return?.()
})

test('a place is never given twice, whatever was removed', async () => {
  post.clock.advance(400 * DAY)
  await removeExpired()
  expect(await left()).toEqual([])
  await tell()
  expect(await left()).toEqual([9])
})

test('a unit of work that names no bound removes and sees nothing of others', async () => {
  const client = await post.test.connect('notifications')
  await client.query(`select set_config('app.user_id', gen_random_uuid()::text, false)`)
  const { rowCount } = await client.query('delete from notifications.notifications')
  expect(rowCount).toBe(0)
})
