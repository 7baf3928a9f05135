import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import { apiKeyCreated } from '../../../platform/events/catalogue.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { membership, serveSubgraph, type ServedSubgraph } from '../../../test/testkit/serve-subgraph.ts'
import { notifications } from '../index.ts'
import { createTestPost, type TestPost } from '../testkit/test-post.ts'

let post: TestPost
let served: ServedSubgraph
let project: ProjectScope
let user: Uuid

beforeAll(async () => {
  post = await createTestPost()
  project = post.tenants.a1
  user = await post.user('developer', project)
  served = serveSubgraph(notifications, post.platform())
})

beforeEach(async () => {
  for (const table of ['receipts', 'reading_positions', 'notifications', 'channels', 'processed_events', 'preferences'])
    await post.rows(`delete from notifications.${table}`)
  served.callers.set('user', membership('developer', [project], [], user))
})

afterAll(() => post.drop())

const UPDATE = /* GraphQL */ `
  mutation ($preferences: [NotificationPreferenceInput!]!) {
    updateNotificationPreferences(input: { preferences: $preferences }) {
      preferences {
        category
        medium
        enabled
        mandatory
      }
      userErrors {
        code
        field
      }
    }
  }
`
const update = async (...preferences: readonly { category: string; enabled: boolean }[]) =>
  (await served.ask(UPDATE, { preferences }, 'user')).data

const LIST =
  '{ notifications { edges { node { title category } } } unreadNotificationCount notificationPreferences { category enabled } }'
interface Listed {
  readonly notifications: { readonly edges: readonly { readonly node: { readonly category: string } }[] }
  readonly unreadNotificationCount: number
}
const list = async () => {
  const { data } = await served.ask(LIST, {}, 'user')
  const { notifications: page, unreadNotificationCount } = data as Listed // asked for above
  return { categories: page.edges.map(({ node }) => node.category), unread: unreadNotificationCount }
}

const tellOfKey = () =>
  post.handle({
    ...apiKeyCreated.create(project, { serviceAccountId: systemIds.next(), keyId: systemIds.next() }),
    ...{ id: systemIds.next(), occurredAt: '', correlationId: 'x', causationId: 'x' },
  })

describe('preferences', () => {
  test('what is switched off is left out of the list and the count, and is there again when it is switched on', async () => {
    await post.handle(post.released(project))
    await tellOfKey()
    expect(await list()).toEqual({ categories: ['SECURITY', 'COMPUTE'], unread: 2 })
    expect(await update({ category: 'COMPUTE', enabled: false })).toMatchObject({
      updateNotificationPreferences: {
        preferences: expect.arrayContaining([
          { category: 'COMPUTE', medium: 'IN_APP', enabled: false, mandatory: false },
        ]),
        userErrors: [],
      },
    })
    expect(await list()).toEqual({ categories: ['SECURITY'], unread: 1 })
    await update({ category: 'COMPUTE', enabled: true })
    expect(await list()).toEqual({ categories: ['SECURITY', 'COMPUTE'], unread: 2 })
  })

  test('an open stream heeds them at once', async () => {
    const stream = await served.follow('subscription { notifications { category } }', {}, 'user')
    await post.handle(post.released(project))
    expect((await stream.next()).value).toEqual({ data: { notifications: { category: 'COMPUTE' } } })
    await update({ category: 'COMPUTE', enabled: false })
    await post.handle(post.released(project))
    await tellOfKey()
    expect((await stream.next()).value).toEqual({ data: { notifications: { category: 'SECURITY' } } })
    await stream.return?.()
  })

  test('notices of security cannot be switched off, alone or among others', async () => {
    const refused = {
      updateNotificationPreferences: { preferences: null, userErrors: [{ code: 'MANDATORY', field: ['preferences'] }] },
    }
    expect(await update({ category: 'SECURITY', enabled: false })).toEqual(refused)
    expect(await update({ category: 'COMPUTE', enabled: false }, { category: 'SECURITY', enabled: false })).toEqual(
      refused,
    )
    expect(await post.rows('select * from notifications.preferences')).toEqual([])
    await expect(
      post.rows(`insert into notifications.preferences values ($1, 'SECURITY', 'IN_APP', false, now())`, [user]),
    ).rejects.toMatchObject({ code: '23514' })
  })

  test('one decision is made once in a call', async () => {
    expect(await update({ category: 'COMPUTE', enabled: false }, { category: 'COMPUTE', enabled: true })).toMatchObject(
      {
        updateNotificationPreferences: { userErrors: [{ code: 'REPEATED' }] },
      },
    )
  })
})
