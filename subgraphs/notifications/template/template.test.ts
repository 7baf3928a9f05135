import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import {
  apiKeyCreated,
  apiKeyRevoked,
  apiKeyRotated,
  memberAdded,
  memberRemoved,
  organizationResumed,
  organizationSuspended,
  userSignedIn,
} from '../../../platform/events/catalogue.ts'
import type { DomainEvent } from '../../../platform/events/envelope.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { NOTICES } from '../delivery/notices.ts'
import { createTestPost, type TestPost } from '../testkit/test-post.ts'
import { placeholdersOf, render, TEMPLATES, type Template, type TemplateKey } from './texts.ts'

let post: TestPost
let project: ProjectScope
let owner: Uuid

beforeAll(async () => {
  post = await createTestPost()
  project = post.tenants.a1
  owner = await post.user('developer', project)
  await post.rows(
    `insert into iam.organization_memberships (org_id, id, user_id, role, created_at) values ($1, $2, $3, 'owner', now())`,
    [project.organizationId, systemIds.next(), owner],
  )
})

afterAll(() => post.drop())

const KEYS = Object.keys(TEMPLATES) as TemplateKey[] // an object's own keys
const stored = () =>
  post.rows<Template>('select distinct on (key) * from notifications.templates order by key, version desc')

describe('the stored texts', () => {
  test('R72: there is one for each notice, and it uses the parameters of the notice and no others', async () => {
    const texts = new Map((await stored()).map((text) => [text.key, text]))
    expect([...texts.keys()].toSorted()).toEqual(KEYS.toSorted())
    for (const key of KEYS) {
      const text = texts.get(key)
      expect([key, [...placeholdersOf(text ?? { title: '', body: '' })].toSorted()]).toEqual([
        key,
        Object.keys(TEMPLATES[key].shape).toSorted(),
      ])
    }
    expect(NOTICES.map(({ template }) => KEYS.includes(template))).not.toContain(false)
  })

  test('are changed by another version and never in place', async () => {
    await expect(post.rows(`update notifications.templates set title = 'x'`)).rejects.toMatchObject({ code: '23001' })
    await expect(post.rows(`delete from notifications.templates`)).rejects.toMatchObject({ code: '23001' })
    await post.rows(
      `insert into notifications.templates (key, version, category, title, body) values ('api-key-revoked', 2, 'SECURITY', 'Second', 'Second')`,
    )
    await tell(apiKeyRevoked.create(project, { serviceAccountId: systemIds.next(), keyId: systemIds.next() }))
    expect(await last()).toMatchObject({ title: 'Second', template: 'api-key-revoked', template_version: 2 })
  })
})

describe('rendering', () => {
  const text = {
    key: 'allocation-failed',
    version: 1,
    category: 'COMPUTE',
    title: '{{skuCode}}',
    body: '{{reason}}',
  } as const

  test('a value is text: it is no placeholder, begins no line and turns nothing around', () => {
    const rendered = render(text, 'allocation-failed', { skuCode: '{{reason}}', reason: 'a\r\u0007b\u202ec\u2028d' })
    expect(rendered).toMatchObject({ title: '{{reason}}', body: 'a  b c d' })
  })

  test('other parameters than the text’s are a fault', () => {
    const without = { skuCode: 'x' } as { skuCode: string; reason: string } // what the compiler would refuse
    expect(() => render(text, 'allocation-failed', without)).toThrow()
    expect(() => render({ ...text, body: '{{other}}' }, 'allocation-failed', { skuCode: 'x', reason: 'y' })).toThrow(
      'other',
    )
  })
})

const tell = async (event: DomainEvent) => {
  await post.handle({
    ...event,
    id: systemIds.next(),
    occurredAt: post.clock.now().toISOString(),
    correlationId: 'test-correlation',
    causationId: 'test-correlation',
  })
}
const last = async (channel: Uuid = owner) =>
  (
    await post.rows('select * from notifications.notifications where channel_id = $1 order by sequence desc', [channel])
  )[0]

describe('R72: notices of security and status', () => {
  const organization = () => ({ organizationId: project.organizationId })
  const user = () => ({ ...organization(), userId: owner })
  const key = () => ({ serviceAccountId: systemIds.next(), keyId: systemIds.next() })

  test.each([
    ['a new key', () => apiKeyCreated.create(project, key()), 'api-key-created'],
    [
      'a rotated key',
      () => apiKeyRotated.create(project, { ...key(), replacedKeyId: systemIds.next() }),
      'api-key-rotated',
    ],
    ['a sign-in', () => userSignedIn.create(user(), { at: '2026-03-01T12:00:00Z' }), 'sign-in'],
    ['a membership', () => memberAdded.create(user(), { role: 'developer' }), 'member-added'],
    ['a lost membership', () => memberRemoved.create(user(), { role: 'developer' }), 'member-removed'],
    [
      'a suspended organization',
      () => organizationSuspended.create(organization(), { organizationId: project.organizationId }),
      'organization-suspended',
    ],
  ])('%s is told to those whom it concerns', async (_, event, template) => {
    await tell(event())
    expect(await last()).toMatchObject({ template, category: 'SECURITY', correlation_id: 'test-correlation' })
  })

  test('who suspended an organization is told to members who cannot ask for anything of it', async () => {
    await post.rows('update iam.organizations set suspended_at = now() where id = $1', [project.organizationId])
    await post.rows('delete from notifications.notifications')
    await tell(organizationSuspended.create(organization(), { organizationId: project.organizationId }))
    expect(await last()).toMatchObject({ template: 'organization-suspended' })
    await post.rows('update iam.organizations set suspended_at = null where id = $1', [project.organizationId])
  })

  test('a resumed organization tells its members together', async () => {
    await tell(organizationResumed.create(organization(), { organizationId: project.organizationId }))
    expect(await last(project.organizationId)).toMatchObject({
      template: 'organization-resumed',
      channel_kind: 'ORGANIZATION',
    })
  })
})
