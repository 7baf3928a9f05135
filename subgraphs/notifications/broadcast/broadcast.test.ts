import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { NO_GRANTS } from '../../../platform/access/grants.ts'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { selfId, type Uuid } from '../../../platform/ids/id.ts'
import { membership, serveSubgraph, type ServedSubgraph } from '../../../test/testkit/serve-subgraph.ts'
import { notifications } from '../index.ts'
import { createTestPost, type TestPost } from '../testkit/test-post.ts'

let post: TestPost
let served: ServedSubgraph
let project: ProjectScope
let member: Uuid
let stranger: Uuid

beforeAll(async () => {
  post = await createTestPost()
  project = post.tenants.a1
  member = await post.user('developer', project)
  stranger = await post.user()
  await post.rows(
    `insert into iam.organization_memberships (org_id, id, user_id, role, created_at) values ($1, $2, $3, 'viewer', now())`,
    [project.organizationId, systemIds.next(), member],
  )
  served = serveSubgraph(notifications, post.platform())
  served.callers.set('member', membership('developer', [project], [project.organizationId], member))
  served.callers.set('stranger', { ...NO_GRANTS, userId: stranger })
  served.callers.set('operator', {
    ...NO_GRANTS,
    userId: systemIds.next(),
    platform: new Set(['PLATFORM_NOTIFICATION_BROADCAST']),
  })
})

beforeEach(async () => {
  for (const table of ['receipts', 'reading_positions', 'notifications', 'channels', 'idempotency_keys', 'outbox'])
    await post.rows(`delete from notifications.${table}`)
})

afterAll(() => post.drop())

const SEND = /* GraphQL */ `
  mutation ($input: BroadcastNotificationInput!) {
    broadcastNotification(input: $input) {
      broadcast {
        channel
        organizationId
        title
        sentAt
      }
      userErrors {
        code
        field
      }
    }
  }
`
const send = (input: object, subject = 'operator') =>
  served.ask(SEND, { input: { title: 'Hello', body: 'All of you', ...input } }, subject)
const titles = async (subject: string) => {
  const { data } = await served.ask('{ notifications { edges { node { title } } } }', {}, subject)
  const { notifications: page } = data as { notifications: { edges: { node: { title: string } }[] } } // asked for above
  return page.edges.map(({ node }) => node.title)
}
const codes = ({ errors }: Awaited<ReturnType<ServedSubgraph['ask']>>) =>
  errors?.map(({ extensions }) => extensions?.['code'])
const ours = () => selfId('org', project.organizationId).text

describe('broadcastNotification', () => {
  test('R70: tells everybody, who hears it live and finds it in the list', async () => {
    const streams = await Promise.all(
      ['member', 'stranger'].map((who) =>
        served.follow('subscription { notifications { title channel organizationId } }', {}, who),
      ),
    )
    expect((await send({})).data).toMatchObject({
      broadcastNotification: {
        broadcast: { channel: 'BROADCAST', organizationId: null, title: 'Hello' },
        userErrors: [],
      },
    })
    for (const stream of streams) {
      expect((await stream.next()).value).toEqual({
        data: { notifications: { title: 'Hello', channel: 'BROADCAST', organizationId: null } },
      })
      await stream.return?.()
    }
    expect([await titles('member'), await titles('stranger')]).toEqual([['Hello'], ['Hello']])
  })

  test('R70: tells the members of one organization, and nobody else', async () => {
    expect((await send({ organizationId: ours() })).data).toMatchObject({
      broadcastNotification: { broadcast: { channel: 'ORGANIZATION', organizationId: ours() }, userErrors: [] },
    })
    expect([await titles('member'), await titles('stranger')]).toEqual([['Hello'], []])
    expect(await post.rows('select type, org_id from notifications.outbox')).toEqual([
      { type: 'platform.notifications.notification_created', org_id: project.organizationId },
    ])
  })

  test('is for operators alone, and leaves its trace in the audit log', async () => {
    expect(codes(await send({}, 'member'))).toEqual(['PLATFORM_ACCESS_DENIED'])
    await send({ title: 'Audited' })
    const rows = await post.rows(
      `select target from notifications.audit_log where action = 'notifications.broadcast.send' and details->>'title' = 'Audited'`,
    )
    expect(rows).toEqual([{ target: 'everybody' }])
  })

  test('by one key the same is sent once, also by several at once, and another is refused', async () => {
    const keyed = { idempotencyKey: 'maintenance-1' }
    const answers = await Promise.all([send(keyed), send(keyed), send(keyed)])
    post.clock.advance(60)
    answers.push(await send(keyed))
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1)
    expect(await titles('stranger')).toEqual(['Hello'])
    expect(codes(await send({ ...keyed, body: 'Something else' }))).toEqual(['IDEMPOTENCY_KEY_REUSED'])
    post.clock.advance(25 * 3600)
    await send({ ...keyed, body: 'A day later' })
    expect(await titles('stranger')).toHaveLength(2)
  })

  test.each([
    ['an empty title', { title: '  ' }, 'TITLE_INVALID'],
    ['a title of two lines', { title: 'a\nb' }, 'TITLE_INVALID'],
    ['a body that is too long', { body: 'x'.repeat(2_001) }, 'BODY_INVALID'],
    [
      'an organization that is not there',
      { organizationId: selfId('org', systemIds.next()).text },
      'ORGANIZATION_NOT_FOUND',
    ],
  ])('%s sends nothing', async (_, input, code) => {
    expect((await send(input)).data).toMatchObject({
      broadcastNotification: { broadcast: null, userErrors: [{ code }] },
    })
    expect(await post.rows('select * from notifications.notifications')).toEqual([])
  })
})
