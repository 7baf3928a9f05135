import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AffectedPrincipals } from '../../platform/access/grant-cache.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { selfId } from '../../platform/ids/id.ts'
import { hostedSubgraph, type Ask, type Outcome } from '../../test/testkit/hosted-subgraph.ts'
import { NOBODY, world, type World } from '../../test/testkit/world.ts'
import { iam } from './index.ts'

let tenants: World
let ask: Ask
let organizationId: string
const announced: AffectedPrincipals[] = []

beforeAll(async () => {
  tenants = await world()
    .organization('a')
    .member('owner', 'owner')
    .member('staff', 'viewer')
    .project('p')
    .member('dev', 'developer')
    .serviceAccount('bot', ['PROJECT_READ', 'APP_READ'])
    .build()
  await tenants.rows(
    `insert into iam.platform_roles select id, 'operator', now() from iam.users where subject = 'staff'`,
  )
  ask = hostedSubgraph(tenants, iam, 'iam', { factors: 'multi', announced })
  organizationId = selfId('org', tenants.scope('p').organizationId).text
}, 60_000)

afterAll(() => tenants.end())

const PAYLOADS = {
  disableUser: 'user { userId disabledAt }',
  enableUser: 'user { userId disabledAt }',
  suspendOrganization: 'organization { organizationId suspendedAt }',
  resumeOrganization: 'organization { organizationId suspendedAt }',
}

const mutate = (mutation: keyof typeof PAYLOADS, member: string, input: object): Promise<Outcome> => {
  const type = mutation.charAt(0).toUpperCase() + mutation.slice(1)
  return ask(
    member,
    `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { ${PAYLOADS[mutation]} userErrors { code } } }`,
    { input },
  )
}

const codes = ({ data }: Outcome): readonly string[] =>
  [...JSON.stringify(data).matchAll(/"code":"(\w+)"/g)].map(([, code = '']) => code)

const reasonsOf = async (action: string) =>
  (
    await tenants.rows<{ reason: string; actor_id: string }>(
      `select details->>'reason' as reason, actor_id from iam.audit_log where action = $1`,
      [action],
    )
  ).map(({ reason, actor_id: actor }) => [reason, actor])

const READ = 'query ($id: ID!) { project(id: $id) { name } }'
const codeOfReading = async (member: string) =>
  (await ask(member, READ, { id: tenants.projectId('p') })).errors.map(({ code }) => code)

test('R8: a disabled user is denied everything, whatever they own, until an operator enables them', async () => {
  const input = { userId: tenants.userId('owner'), reason: 'Stolen laptop' }
  expect(codes(await mutate('disableUser', 'staff', input))).toEqual([])
  expect(codes(await mutate('disableUser', 'staff', input))).toEqual(['ALREADY_DISABLED'])
  expect(await codeOfReading('owner')).toEqual(['ACTOR_DISABLED'])
  expect((await ask('owner', '{ viewer { email } }')).errors).toEqual([{ path: 'viewer', code: 'ACTOR_DISABLED' }])
  expect(codes(await mutate('enableUser', 'staff', { ...input, reason: 'Found again' }))).toEqual([])
  expect(codes(await mutate('enableUser', 'staff', input))).toEqual(['NOT_DISABLED'])
  expect(await codeOfReading('owner')).toEqual([])
  expect(announced.splice(0)).toEqual([['user:owner'], ['user:owner']])
  expect(await reasonsOf('iam.user.disable')).toEqual([['Stolen laptop', tenants.userId('staff')]])
  expect(await reasonsOf('iam.user.enable')).toEqual([['Found again', tenants.userId('staff')]])
})

test('a suspended organization is told so to members and service accounts, until an operator resumes it', async () => {
  const input = { organizationId, reason: 'Unpaid since spring' }
  expect(codes(await mutate('suspendOrganization', 'staff', input))).toEqual([])
  expect(codes(await mutate('suspendOrganization', 'staff', input))).toEqual(['ALREADY_SUSPENDED'])
  for (const member of ['owner', 'dev', 'bot']) expect(await codeOfReading(member)).toEqual(['ORGANIZATION_SUSPENDED'])
  expect(codes(await mutate('resumeOrganization', 'staff', { ...input, reason: 'Paid' }))).toEqual([])
  expect(codes(await mutate('resumeOrganization', 'staff', input))).toEqual(['NOT_SUSPENDED'])
  for (const member of ['owner', 'dev', 'bot']) expect(await codeOfReading(member)).toEqual([])
  expect(announced.splice(0)).toEqual(['everyone', 'everyone'])
  const [row] = await tenants.rows<{ org_id: string }>(
    `select org_id from iam.audit_log where action = 'iam.organization.suspend'`,
  )
  expect(row?.org_id).toBe(tenants.scope('p').organizationId)
  expect(await reasonsOf('iam.organization.suspend')).toEqual([['Unpaid since spring', tenants.userId('staff')]])
})

test('what does not exist, oneself, and what has no reason are refused', async () => {
  const nobody = { userId: selfId('usr', systemIds.next()).text, reason: 'Because' }
  expect(codes(await mutate('disableUser', 'staff', nobody))).toEqual(['NOT_FOUND'])
  expect(codes(await mutate('disableUser', 'staff', { ...nobody, userId: tenants.userId('staff') }))).toEqual([
    'OWN_ACCOUNT',
  ])
  for (const reason of ['', '  a ', 'x'.repeat(501), 'a\u0000bcd', 'a\u202ebcd']) {
    expect(codes(await mutate('disableUser', 'staff', { ...nobody, reason }))).toEqual(['REASON_INVALID'])
    expect(codes(await mutate('suspendOrganization', 'staff', { organizationId, reason }))).toEqual(['REASON_INVALID'])
  }
  const nowhere = { organizationId: selfId('org', systemIds.next()).text, reason: 'Because' }
  expect(codes(await mutate('suspendOrganization', 'staff', nowhere))).toEqual(['NOT_FOUND'])
})

test('only operators may, whatever they are in an organization', async () => {
  const user = { userId: tenants.userId('dev'), reason: 'Because' }
  for (const member of ['owner', 'dev', 'bot']) {
    const code = 'PLATFORM_ACCESS_DENIED'
    expect((await mutate('disableUser', member, user)).errors).toEqual([{ path: 'disableUser', code }])
    expect((await mutate('suspendOrganization', member, { organizationId, reason: 'Because' })).errors).toEqual([
      { path: 'suspendOrganization', code },
    ])
  }
})

test('everybody is told what they may do in a project, strangers as for one that does not exist', async () => {
  const CAN = `query ($c: [Capability!]!, $id: ID!) { can(capabilities: $c, projectId: $id) { capability allowed code } }`
  const can = async (member: string, id: string) =>
    (await ask(member, CAN, { c: ['PROJECT_READ', 'APP_CREATE'], id })).data
  const told = (first: string | null, second: string | null) => ({
    can: [
      { capability: 'PROJECT_READ', allowed: first === null, code: first },
      { capability: 'APP_CREATE', allowed: second === null, code: second },
    ],
  })
  const [own, nowhere] = [tenants.projectId('p'), selfId('prj', systemIds.next()).text]
  expect(await can('dev', own)).toEqual(told(null, null))
  expect(await can('bot', own)).toEqual(told(null, 'CAPABILITY_REQUIRED'))
  expect(await can(NOBODY, own)).toEqual(told('UNAUTHENTICATED', 'UNAUTHENTICATED'))
  expect(await can('dev', nowhere)).toEqual(told('PROJECT_ACCESS_DENIED', 'PROJECT_ACCESS_DENIED'))
  const many = { c: Array.from({ length: 101 }, () => 'PROJECT_READ'), id: own }
  expect((await ask('dev', CAN, many)).errors).toEqual([{ path: 'can', code: 'INVALID_INPUT' }])
  expect((await ask('dev', CAN, { c: [], id: organizationId })).errors).toEqual([{ path: 'can', code: 'INVALID_ID' }])
})
