import { describe, expect, test } from '@jest/globals'
import { expectation, type Caller } from './expectation.ts'
import { readGraph } from './read-graph.ts'
import type { ModelRule } from './rule.ts'

const MEMBER: Caller = {
  kind: 'user',
  user: 'u',
  isDisabled: false,
  memberships: [{ organization: 'o', project: 'p', capabilities: ['READ'], isSuspended: false }],
  platform: undefined,
  chosen: undefined,
  hasFreshSecondFactor: false,
}
const rule = (kind: ModelRule['kind'], capability?: string): ModelRule => ({ kind, capability, path: undefined })
const READ = rule('project', 'READ')
const PLACE = { organization: 'o', project: 'p', user: 'u' }

describe('what the model expects', () => {
  const suspended = { ...MEMBER, memberships: MEMBER.memberships.map((of) => ({ ...of, isSuspended: true })) }
  test.each<[string, Caller, readonly ModelRule[], string]>([
    ['a member', MEMBER, [READ], 'ALLOW'],
    ['nobody', { ...MEMBER, kind: 'anonymous' }, [READ], 'UNAUTHENTICATED'],
    ['who is disabled', { ...MEMBER, isDisabled: true }, [READ], 'ACTOR_DISABLED'],
    ['a member of a suspended organization', suspended, [READ], 'ORGANIZATION_SUSPENDED'],
    ['a stranger', { ...MEMBER, memberships: [] }, [READ], 'PROJECT_ACCESS_DENIED'],
    ['a member without the capability', MEMBER, [rule('project', 'WRITE')], 'CAPABILITY_REQUIRED'],
    ['a key that was given less', { ...MEMBER, kind: 'program', chosen: [] }, [READ], 'CAPABILITY_REQUIRED'],
    [
      'a member of a project, at its organization',
      MEMBER,
      [rule('organization', 'READ')],
      'ORGANIZATION_ACCESS_DENIED',
    ],
    ['a program, at what is somebody’s own', { ...MEMBER, kind: 'program' }, [rule('self')], 'SELF_ACCESS_DENIED'],
    ['a tenant, at the platform', MEMBER, [rule('platform', 'READ')], 'PLATFORM_ACCESS_DENIED'],
    ['anybody, at what is public', { ...MEMBER, kind: 'anonymous' }, [rule('public')], 'ALLOW'],
    ['who meets the first of two rules', MEMBER, [READ, rule('project', 'WRITE')], 'CAPABILITY_REQUIRED'],
  ])('of %s', (_, caller, rules, expected) => {
    expect(expectation(rules, caller, PLACE, 'any')).toBe(expected)
  })

  test('asks users for a second factor, and programs not', () => {
    expect(expectation([READ], MEMBER, PLACE, 'fresh second factor')).toBe('MFA_REQUIRED')
    expect(expectation([READ], { ...MEMBER, kind: 'program' }, PLACE, 'fresh second factor')).toBe('ALLOW')
  })
})

test('a graph is read by the link of the family, whatever its directives are called there', () => {
  const graph = readGraph(`
    schema @link(url: "https://specs.gpuaas.dev/scope/v1.0", as: "s", import: [{ name: "@projectScoped", as: "@mine" }])
    { query: Q }
    enum join__Graph { A @join__graph(name: "a-b", url: "") }
    type Q @join__type(graph: A) {
      thing(id: ID!): Thing @mine(capability: READ, project: "id") @projectScoped(capability: NO)
      open: Int! @s__public(reason: "for all") @s__audited(action: "x")
    }
    type Thing @join__type(graph: A, key: "id") @s__projectScoped(capability: READ) { id: ID! }`)
  const fields = graph.types.get('Q')?.fields
  expect(fields?.get('thing')).toMatchObject({
    type: 'Thing',
    rules: [{ kind: 'project', capability: 'READ', path: ['id'] }],
    subgraphs: ['a-b'],
  })
  expect(fields?.get('open')).toMatchObject({ rules: [{ kind: 'public' }], isAudited: true })
  expect(graph.types.get('Thing')).toMatchObject({
    keys: [{ subgraph: 'a-b', fields: 'id' }],
    rules: [{ kind: 'project' }],
  })
  expect(graph).toMatchObject({ usesScopes: true, roots: { query: 'Q' } })
})
