import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import { allocationActivated, allocationFailed } from '../../../platform/events/catalogue.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId, type Uuid } from '../../../platform/ids/id.ts'
import { createTestPost, type TestPost } from '../testkit/test-post.ts'

let post: TestPost
let project: ProjectScope
let developer: Uuid
let colleague: Uuid
let accountant: Uuid

beforeAll(async () => {
  post = await createTestPost()
  project = post.tenants.a1
  developer = await post.user('developer', project)
  colleague = await post.user('developer', project)
  accountant = await post.user('billing', project)
  await post.user('developer', post.tenants.a2)
})

beforeEach(async () => {
  for (const table of ['receipts', 'reading_positions', 'notifications', 'channels', 'outbox', 'processed_events']) {
    await post.rows(`delete from notifications.${table}`)
  }
})

afterAll(() => post.drop())

interface Row {
  readonly channel_id: Uuid
  readonly sequence: string
  readonly title: string
}
const written = () => post.rows<Row>('select * from notifications.notifications order by channel_id, sequence')
const told = async () => [...new Set((await written()).map(({ channel_id }) => channel_id))].toSorted()

describe('an event of a project', () => {
  test('is told to those who may see allocations there, and to nobody else', async () => {
    await post.handle(post.released(project))
    expect(await told()).toEqual([developer, colleague].toSorted())
    expect(await told()).not.toContain(accountant)
  })

  test('leaves a text made of its codes, what it is about, its correlation, and an event for each user', async () => {
    const event = post.released(project)
    await post.handle(event)
    const [notification] = await post.rows<{ id: string }>(
      'select * from notifications.notifications where channel_id = $1',
      [developer],
    )
    const { allocationId } = event.data as { allocationId: Uuid } // made by the testkit
    expect(notification).toMatchObject({
      template: 'allocation-released',
      title: 'An allocation of h200 was released',
      about_org_id: project.organizationId,
      about_project_id: project.projectId,
      subject: ownedId('alc', project.projectId, allocationId).text,
      correlation_id: 'test-correlation',
      sequence: '1',
      created_at: post.clock.now(),
    })
    expect(
      await post.rows('select type, org_id, project_id, data from notifications.outbox where user_id = $1', [
        developer,
      ]),
    ).toEqual([
      {
        type: 'platform.notifications.notification_created',
        org_id: project.organizationId,
        project_id: project.projectId,
        data: { notificationId: notification?.id, channelKind: 'USER', channelId: developer },
      },
    ])
  })

  test.each([
    [
      'active',
      allocationActivated.type,
      { allocationId: systemIds.next(), skuCode: 'h200', activatedAt: '2026-03-01T12:00:00Z' },
      'An allocation of h200 is active',
    ],
    [
      'failed',
      allocationFailed.type,
      { allocationId: systemIds.next(), skuCode: 'h200', reason: 'PROVISIONING_REFUSED' },
      'An allocation of h200 failed',
    ],
  ])('an allocation that is %s is told, too', async (_, type, data, title) => {
    await post.handle({ ...post.released(project), type, data })
    expect((await written()).map((row) => row.title)).toEqual([title, title])
  })

  test('R75: delivered three times, and by several workers at once, it is told once', async () => {
    const event = post.released(project)
    await Promise.all([post.handle(event), post.handle(event), post.handle(event)])
    await post.handle(event)
    expect(await written()).toHaveLength(2)
    expect(await post.rows('select 1 from notifications.outbox')).toHaveLength(2)
  })

  test('a try that failed half way tells the others, and nobody twice', async () => {
    const event = post.released(project)
    const platform = post.platform()
    let asked = 0
    const failing = {
      ...platform,
      audience: async (...parameters: Parameters<typeof platform.audience>) => {
        asked += 1
        const users = await platform.audience(...parameters)
        // The first try is stopped by a user whose channel cannot be written.
        return asked === 1 ? [users[0] ?? developer, 'not-a-user' as Uuid] : users
      },
    }
    const { notifications } = await import('../index.ts')
    const handle = notifications.start(failing).eventHandlers[event.type]
    await expect(handle?.(event)).rejects.toThrow()
    expect(await written()).toHaveLength(1)
    await handle?.(event)
    expect(await told()).toEqual([developer, colleague].toSorted())
    expect(await written()).toHaveLength(2)
  })

  test('a channel has no gap and no place twice, however many events are told at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => post.handle(post.released(project))))
    for (const user of [developer, colleague]) {
      const sequences = (await written())
        .filter((row) => row.channel_id === user)
        .map(({ sequence }) => Number(sequence))
      expect(sequences).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    }
    const channels = await post.rows<{ last_sequence: string }>('select last_sequence from notifications.channels')
    expect(channels.map(({ last_sequence }) => last_sequence)).toEqual(['20', '20'])
  })

  test('R71: a bus that is down keeps nobody from being told', async () => {
    await post.handle(post.released(project), post.platform('down'))
    expect(await written()).toHaveLength(2)
  })
})

test('the service writes to no channel but the one of its scope', async () => {
  const client = await post.test.connect('notifications')
  await client.query(`select set_config('app.user_id', $1, false)`, [developer])
  const insert = (user: Uuid) =>
    client.query(`insert into notifications.channels (id, kind, last_sequence) values ($1, 'USER', 1)`, [user])
  await expect(insert(colleague)).rejects.toMatchObject({ code: '42501' })
  await insert(developer)
  const outbox = (user: Uuid) =>
    client.query(
      `insert into notifications.outbox (id, type, version, occurred_at, correlation_id, causation_id, org_id, user_id, data)
       values (gen_random_uuid(), 'x', 1, now(), 'x', 'x', $1, $2, '{}')`,
      [project.organizationId, user],
    )
  await expect(outbox(colleague)).rejects.toMatchObject({ code: '42501' })
  await outbox(developer)
})
