import { describe, expect, test } from '@jest/globals'
import { decide } from './decide.ts'
import { createFileGrantSource } from './file-grant-source.ts'
import { parseGrants } from './grants-file.ts'
import { plainOrCarryingIds } from './plain-ids.ts'
import type { Principal } from './principal.ts'
import type { ScopeKey } from './scope-key.ts'
import { isUuid, ownedId, selfId, type Uuid } from '../ids/id.ts'

const uuid = (digit: number): Uuid => {
  const text = `018f0000-0000-7000-8000-00000000000${digit.toString()}`
  if (!isUuid(text)) throw new Error(text)
  return text
}
const person = (subject: string): Principal => ({
  kind: 'user',
  subject,
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
})
const project = (id: string): ScopeKey => {
  const read = plainOrCarryingIds.project(id)
  if (!read.ok) throw new Error(id)
  return read.value
}
const organization = (id: string): ScopeKey => {
  const read = plainOrCarryingIds.organization(id)
  if (!read.ok) throw new Error(id)
  return read.value
}

/** What a subject is told when it asks for a capability in a scope. */
const asked = async (file: unknown, subject: string) => {
  const source = createFileGrantSource(() => parseGrants(JSON.stringify(file)))
  const grants = await source.load(person(subject))
  const codeOf = (requirement: Parameters<typeof decide>[2]): string => {
    const decision = decide(person(subject), grants, requirement)
    return decision.allowed ? 'allowed' : decision.code
  }
  return {
    inProject: (id: string, capability = 'READ') => codeOf({ kind: 'project', capability, projectId: project(id) }),
    inOrganization: (id: string, capability = 'READ') =>
      codeOf({ kind: 'organization', capability, organizationId: organization(id) }),
    onPlatform: (capability = 'READ') => codeOf({ kind: 'platform', capability }),
    ofItself: (userId?: ScopeKey) => codeOf({ kind: 'self', ...(userId !== undefined && { userId }) }),
  }
}

const FILE = {
  ada: {
    platform: ['READ'],
    organizations: { acme: ['READ'] },
    projects: { p1: { organization: 'acme', capabilities: ['READ'] } },
  },
  eve: { disabled: true, projects: { p1: { organization: 'acme', capabilities: ['READ'] } } },
}

describe('what the file says', () => {
  test('holds in its scope, and in no other', async () => {
    const ada = await asked(FILE, 'ada')
    expect(ada.inProject('p1')).toBe('allowed')
    expect(ada.inProject('p1', 'WRITE')).toBe('CAPABILITY_REQUIRED')
    expect(ada.inProject('p2')).toBe('PROJECT_ACCESS_DENIED')
    expect(ada.inOrganization('acme')).toBe('allowed')
    expect(ada.inOrganization('p1')).toBe('ORGANIZATION_ACCESS_DENIED')
    expect(ada.onPlatform()).toBe('allowed')
    expect(ada.onPlatform('WRITE')).toBe('CAPABILITY_REQUIRED')
    expect(ada.ofItself()).toBe('allowed')
  })

  test('of an organization covers no project of it', async () => {
    const boss = await asked({ boss: { organizations: { acme: ['READ'] } } }, 'boss')
    expect([boss.inOrganization('acme'), boss.inProject('p1'), boss.inProject('acme')]).toEqual([
      'allowed',
      'PROJECT_ACCESS_DENIED',
      'PROJECT_ACCESS_DENIED',
    ])
  })

  test('of a project gives no standing in its organization', async () => {
    const member = await asked(
      { member: { projects: { p1: { organization: 'acme', capabilities: ['READ'] } } } },
      'member',
    )
    expect(member.inOrganization('acme')).toBe('ORGANIZATION_ACCESS_DENIED')
  })

  test('a disabled caller has nothing, not even what is its own', async () => {
    const eve = await asked(FILE, 'eve')
    expect([eve.inProject('p1'), eve.ofItself()]).toEqual(['ACTOR_DISABLED', 'ACTOR_DISABLED'])
  })

  test.each(['nobody', '__proto__', 'constructor', 'toString', 'ADA', 'ada '])(
    'a caller without an entry has what is its own: %j',
    async (subject) => {
      const stranger = await asked(FILE, subject)
      expect(stranger.ofItself()).toBe('allowed')
      expect(stranger.inProject('p1')).toBe('PROJECT_ACCESS_DENIED')
      expect(stranger.inOrganization('acme')).toBe('ORGANIZATION_ACCESS_DENIED')
      expect(stranger.onPlatform()).toBe('PLATFORM_ACCESS_DENIED')
    },
  )

  test('names of prototypes are names like others', async () => {
    const file = `{ "__proto__": { "projects": { "__proto__": { "organization": "constructor", "capabilities": ["READ"] } } } }`
    const caller = await asked(JSON.parse(file), '__proto__')
    expect([caller.inProject('__proto__'), caller.inProject('constructor')]).toEqual([
      'allowed',
      'PROJECT_ACCESS_DENIED',
    ])
    expect((await asked(JSON.parse(file), 'ada')).inProject('__proto__')).toBe('PROJECT_ACCESS_DENIED')
  })

  test('ids that carry a scope and plain ids of one thing are one', async () => {
    const file = {
      ada: {
        organizations: { [selfId('org', uuid(1)).text]: ['READ'] },
        projects: { [selfId('prj', uuid(2)).text]: { organization: uuid(1), capabilities: ['READ'] } },
      },
    }
    const ada = await asked(file, 'ada')
    expect(ada.inProject(ownedId('alc', uuid(2), uuid(9)).text)).toBe('allowed')
    expect(ada.inProject(uuid(2))).toBe('allowed')
    expect(ada.inProject(ownedId('alc', uuid(3), uuid(2)).text)).toBe('PROJECT_ACCESS_DENIED')
    expect(ada.inOrganization(uuid(1))).toBe('allowed')
    expect(ada.inOrganization(ownedId('dep', uuid(1), uuid(9)).text)).toBe('allowed')
  })

  test('a thing that carries its user is its user’s alone', async () => {
    const subject = selfId('usr', uuid(7)).text
    const caller = await asked({}, subject)
    expect([caller.ofItself(uuid(7)), caller.ofItself(uuid(8))]).toEqual(['allowed', 'SELF_ACCESS_DENIED'])
    expect((await asked({}, 'ada')).ofItself(uuid(7))).toBe('SELF_ACCESS_DENIED')
  })
})

describe('a file that reads in no other way is refused, naming where', () => {
  const carried = ownedId('alc', uuid(2), uuid(9)).text
  test.each<[string, string, string]>([
    ['no JSON', '{ "ada": ', 'is not JSON'],
    ['a list', '[]', 'must be an object'],
    ['null', 'null', 'must be an object'],
    ['an unknown key', '{ "ada": { "role": "owner" } }', 'ada: Unrecognized key: "role"'],
    ['a prototype among the keys of an entry', '{ "ada": { "__proto__": {} } }', 'ada: Unrecognized key: "__proto__"'],
    ['a capability that is none', '{ "ada": { "platform": [7] } }', 'ada.platform.0'],
    ['capabilities that are no list', '{ "ada": { "organizations": { "a b": "READ" } } }', 'ada.organizations."a b"'],
    [
      'a project without its organization',
      '{ "ada": { "projects": { "p1": { "capabilities": [] } } } }',
      'ada.projects.p1.organization',
    ],
    ['an empty id', '{ "ada": { "organizations": { "": [] } } }', 'ada.organizations'],
    [
      'an empty organization',
      '{ "ada": { "projects": { "p1": { "organization": "", "capabilities": [] } } } }',
      'ada.projects.p1.organization',
    ],
    [
      'an id of something inside a project',
      JSON.stringify({ ada: { projects: { [carried]: { organization: 'a', capabilities: [] } } } }),
      `ada.projects.${carried}`,
    ],
    [
      'an organization’s id for a project',
      JSON.stringify({ ada: { projects: { [selfId('org', uuid(1)).text]: { organization: 'a', capabilities: [] } } } }),
      'ada.projects.org_',
    ],
    [
      'one project under two ids',
      JSON.stringify({ ada: { organizations: { [uuid(1)]: [], [selfId('org', uuid(1)).text]: [] } } }),
      'stands there already',
    ],
  ])('%s', (_, text, message) => {
    expect(() => parseGrants(text)).toThrow(message)
  })
})
