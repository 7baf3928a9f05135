import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ProjectScope } from '../../platform/access/scope.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { ownedId, selfId, type Uuid } from '../../platform/ids/id.ts'
import { membership, serveSubgraph, type ServedSubgraph } from '../../test/testkit/serve-subgraph.ts'
import { notifications } from './index.ts'
import { createTestPost, type TestPost } from './testkit/test-post.ts'

let post: TestPost
let served: ServedSubgraph
let a1: ProjectScope
let a2: ProjectScope
let user: Uuid
let other: Uuid

beforeAll(async () => {
  post = await createTestPost()
  ;({ a1, a2 } = post.tenants)
  user = await post.user('developer', a1)
  other = await post.user('developer', a2)
  await post.rows(
    `insert into iam.project_memberships (org_id, project_id, id, user_id, role, created_at) values ($1, $2, $3, $4, 'developer', now())`,
    [a2.organizationId, a2.projectId, systemIds.next(), user],
  )
  served = serveSubgraph(notifications, post.platform())
})

beforeEach(async () => {
  for (const table of [
    'receipts',
    'reading_positions',
    'notifications',
    'channels',
    'processed_events',
    'idempotency_keys',
  ]) {
    await post.rows(`delete from notifications.${table}`)
  }
  served.callers.set('user', membership('developer', [a1, a2], [], user))
  served.callers.set('other', membership('developer', [a2], [], other))
})

afterAll(() => post.drop())

/** Tells `a1`, `a2`, `a1`, … in turn, `count` times. */
const tell = async (count: number) => {
  for (let n = 0; n < count; n += 1) await post.handle(post.released(n % 2 === 0 ? a1 : a2))
}

const LIST = /* GraphQL */ `
  query ($first: Int, $after: String, $last: Int, $before: String, $unreadOnly: Boolean) {
    notifications(first: $first, after: $after, last: $last, before: $before, unreadOnly: $unreadOnly) {
      edges {
        node {
          id
          title
          template
          createdAt
          readAt
          projectId
          project {
            id
          }
          subject
          cursor
        }
      }
      pageInfo {
        hasNextPage
        startCursor
        endCursor
      }
      totalCount
    }
    unreadNotificationCount
  }
`
interface Node {
  readonly id: string
  readonly readAt: string | null
  readonly projectId: string
  readonly cursor: string
}
interface List {
  readonly notifications: {
    readonly edges: readonly { readonly node: Node }[]
    readonly pageInfo: { readonly hasNextPage: boolean; readonly startCursor: string; readonly endCursor: string }
    readonly totalCount: number
  }
  readonly unreadNotificationCount: number
}
const list = async (variables: Readonly<Record<string, unknown>> = {}, subject = 'user') => {
  const { data, errors } = await served.ask(LIST, { first: 20, ...variables }, subject)
  if (errors) throw new Error(JSON.stringify(errors))
  const { notifications: page, unreadNotificationCount: unread } = data as List // asked for above, and no error
  return {
    nodes: page.edges.map(({ node }) => node),
    ids: page.edges.map(({ node }) => node.id),
    pageInfo: page.pageInfo,
    total: page.totalCount,
    unread,
  }
}

const MARK = /* GraphQL */ `
  mutation ($ids: [ID!]!, $key: String) {
    markNotificationsRead(input: { ids: $ids, idempotencyKey: $key }) {
      notifications {
        id
        readAt
      }
      unreadCount
      userErrors {
        code
        field
      }
    }
  }
`
const MARK_ALL = /* GraphQL */ `
  mutation ($input: MarkAllNotificationsReadInput! = {}) {
    markAllNotificationsRead(input: $input) {
      markedCount
      unreadCount
      userErrors {
        code
        field
      }
    }
  }
`
const codes = ({ errors }: Awaited<ReturnType<ServedSubgraph['ask']>>) =>
  errors?.map(({ extensions }) => extensions?.['code'])

describe('the list', () => {
  test('R69: holds what the caller was told, newest first, page by page, each once', async () => {
    await tell(7)
    const all = (await list()).ids
    expect(all).toHaveLength(7)
    const seen: string[] = []
    let after: string | undefined
    for (;;) {
      const { ids, pageInfo, total } = await list({ first: 3, after })
      seen.push(...ids)
      expect(total).toBe(7)
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    expect(seen).toEqual(all)
    const oldest = await list({ last: 2 })
    expect(oldest.ids).toEqual(all.slice(-2))
    expect((await list({ last: 2, before: oldest.pageInfo.startCursor })).ids).toEqual(all.slice(-4, -2))
  })

  test('says what each is about', async () => {
    await tell(1)
    const project = selfId('prj', a1.projectId).text
    expect((await list()).nodes).toMatchObject([
      {
        template: 'allocation-released',
        readAt: null,
        projectId: project,
        project: { id: project },
        createdAt: post.clock.now().toISOString(),
      },
    ])
  })

  test('of one user is not the one of another, and nobody has none', async () => {
    await tell(2)
    expect((await list()).ids).toHaveLength(2)
    expect((await list({}, 'other')).ids).toHaveLength(1)
    expect(codes(await served.ask(LIST, {}))).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED'])
  })

  test('leaves out what is about a project that the caller cannot read any more, and counts it no more', async () => {
    await tell(4)
    expect(await list({ first: 1 })).toMatchObject({ total: 4, unread: 4 })
    served.callers.set('user', membership('developer', [a1], [], user))
    const { nodes, unread } = await list()
    expect(nodes.map(({ projectId }) => projectId)).toEqual([1, 2].map(() => selfId('prj', a1.projectId).text))
    expect(unread).toBe(2)
    expect((await list({ first: 1 })).total).toBe(2)
  })

  test('refuses a cursor of another list', async () => {
    await tell(2)
    const { pageInfo, nodes } = await list({ first: 1 })
    for (const after of [nodes[0]?.cursor, 'nonsense']) {
      expect(codes(await served.ask(LIST, { after }, 'user'))).toEqual(['INVALID_CURSOR'])
    }
    expect(codes(await served.ask(LIST, { after: pageInfo.endCursor, unreadOnly: true }, 'user'))).toEqual([
      'INVALID_CURSOR',
    ])
  })
})

describe('marking as read', () => {
  test('R69: takes the marked ones off the unread, once, and keeps their first time', async () => {
    await tell(3)
    const { ids } = await list()
    const [newest = '', , oldest = ''] = ids
    const at = post.clock.now().toISOString()
    const marked = await served.ask(MARK, { ids: [oldest, newest, oldest] }, 'user')
    expect(marked.data).toEqual({
      markNotificationsRead: {
        notifications: [oldest, newest].map((id) => ({ id, readAt: at })),
        unreadCount: 1,
        userErrors: [],
      },
    })
    post.clock.advance(60)
    await served.ask(MARK, { ids: [newest] }, 'user')
    const after = await list()
    expect(after.unread).toBe(1)
    expect(after.nodes.map(({ readAt }) => readAt)).toEqual([at, null, at])
    expect((await list({ unreadOnly: true })).ids).toEqual([ids[1]])
    const audit = await post.rows<{ action: string }>(
      `select action from notifications.audit_log where action like '%read' and actor_kind = 'user'`,
    )
    expect(audit).toHaveLength(2) // one for each call
  })

  test('one that is not there, or about a project that cannot be read, refuses all of them', async () => {
    await tell(2)
    const { ids } = await list()
    const missing = ownedId('ntf', user, systemIds.next()).text
    const refused = { notifications: null, unreadCount: 2, userErrors: [{ code: 'NOT_FOUND', field: ['ids'] }] }
    expect((await served.ask(MARK, { ids: [...ids, missing] }, 'user')).data).toEqual({
      markNotificationsRead: refused,
    })
    served.callers.set('user', membership('developer', [a1], [], user))
    expect((await served.ask(MARK, { ids }, 'user')).data).toMatchObject({
      markNotificationsRead: { unreadCount: 1, userErrors: [{ code: 'NOT_FOUND' }] },
    })
  })

  test('sent again with its key shows what the caller may see now, and no text of a notice was kept', async () => {
    await tell(2)
    const { ids } = await list()
    const marked = await served.ask(MARK, { ids, key: 'mark-1' }, 'user')
    expect(marked.data).toMatchObject({ markNotificationsRead: { notifications: ids.map((id) => ({ id })) } })
    post.clock.advance(60)
    expect((await served.ask(MARK, { ids, key: 'mark-1' }, 'user')).data).toEqual(marked.data)
    served.callers.set('user', membership('developer', [a1], [], user))
    expect((await served.ask(MARK, { ids, key: 'mark-1' }, 'user')).data).toMatchObject({
      markNotificationsRead: { notifications: null, userErrors: [{ code: 'NOT_FOUND' }] },
    })
    const kept = await post.rows<{ result: string }>('select result from notifications.idempotency_keys')
    expect(kept.map(({ result }) => JSON.parse(result) as unknown)).toEqual([{ unreadCount: 0 }])
  })

  test('more than 100 are refused', async () => {
    const ids = Array.from({ length: 101 }, () => ownedId('ntf', user, systemIds.next()).text)
    expect((await served.ask(MARK, { ids }, 'user')).data).toMatchObject({
      markNotificationsRead: { userErrors: [{ code: 'TOO_MANY', field: ['ids'] }] },
    })
  })

  test('another user’s are denied, whether they exist or not, and stay unread', async () => {
    await tell(1)
    const [existing = ''] = (await list()).ids
    const invented = ownedId('ntf', user, systemIds.next()).text
    const answers = await Promise.all([existing, invented].map((id) => served.ask(MARK, { ids: [id] }, 'other')))
    expect(answers.map(codes)).toEqual([['SELF_ACCESS_DENIED'], ['SELF_ACCESS_DENIED']])
    const entity = `query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }`
    const of = [{ __typename: 'Notification', id: existing }]
    expect(codes(await served.ask(entity, { of }, 'other'))).toEqual(['SELF_ACCESS_DENIED'])
    expect((await served.ask(entity, { of }, 'user')).data).toEqual({ _entities: [{ __typename: 'Notification' }] })
    expect((await list()).unread).toBe(1)
  })

  test.each(['', 'nonsense', selfId('usr', systemIds.next()).text])(
    'an id that is none of a notification is refused: "%s"',
    async (id) => {
      expect(codes(await served.ask(MARK, { ids: [id] }, 'user'))).toEqual(['INVALID_ID'])
      expect(codes(await served.ask(MARK_ALL, { input: { upTo: id } }, 'user'))).toEqual(['INVALID_ID'])
    },
  )

  test('all of them, or those up to the newest that was seen', async () => {
    await tell(5)
    const { ids } = await list()
    expect((await served.ask(MARK_ALL, { input: { upTo: ids[3] } }, 'user')).data).toEqual({
      markAllNotificationsRead: { markedCount: 2, unreadCount: 3, userErrors: [] },
    })
    expect((await list({ unreadOnly: true })).ids).toEqual(ids.slice(0, 3))
    expect((await served.ask(MARK_ALL, {}, 'user')).data).toEqual({
      markAllNotificationsRead: { markedCount: 3, unreadCount: 0, userErrors: [] },
    })
    const missing = ownedId('ntf', user, systemIds.next()).text
    expect((await served.ask(MARK_ALL, { input: { upTo: missing } }, 'user')).data).toMatchObject({
      markAllNotificationsRead: { userErrors: [{ code: 'NOT_FOUND', field: ['upTo'] }] },
    })
  })

  test('all of them are all that can be seen: what is hidden stays unread', async () => {
    await tell(4)
    served.callers.set('user', membership('developer', [a1], [], user))
    await served.ask(MARK_ALL, {}, 'user')
    served.callers.set('user', membership('developer', [a1, a2], [], user))
    expect((await list()).unread).toBe(2)
  })
})
