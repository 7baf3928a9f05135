import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decide } from './decide.ts'
import { NO_GRANTS, type Grants } from './grants.ts'
import type { Principal, UserPrincipal } from './principal.ts'
import type { Requirement } from './requirement.ts'
import type { Uuid } from '../ids/id.ts'

const uuid = (digit: number): Uuid => `0190a000-0000-7000-8000-00000000000${digit}` as Uuid // written as a UUID

const USER = uuid(1)
const ORGANIZATION = uuid(2)
const PROJECT = uuid(3)
const ELSEWHERE = uuid(4)

const person: UserPrincipal = {
  kind: 'user',
  subject: 'subject',
  sessionId: 'session',
  authenticatedAt: new Date('2026-01-01T12:00:00Z'),
  assurance: 'multi',
}

const key: Principal = {
  kind: 'service-account',
  serviceAccountId: 'sva',
  apiKeyId: 'key',
  capabilities: ['READ'],
}

const member: Grants = {
  userId: USER,
  disabled: false,
  platform: new Set(['OPERATE']),
  organizations: new Map([[ORGANIZATION, { suspended: false, capabilities: new Set(['READ', 'WRITE']) }]]),
  projects: new Map([
    [PROJECT, { organizationId: ORGANIZATION, suspended: false, capabilities: new Set(['READ', 'WRITE']) }],
  ]),
}

const suspended: Grants = {
  ...member,
  organizations: new Map([[ORGANIZATION, { suspended: true, capabilities: new Set(['READ']) }]]),
  projects: new Map([[PROJECT, { organizationId: ORGANIZATION, suspended: true, capabilities: new Set(['READ']) }]]),
}

const read: Requirement = { kind: 'project', capability: 'READ', projectId: PROJECT }
const readOrganization: Requirement = { kind: 'organization', capability: 'READ', organizationId: ORGANIZATION }

const codeOf = (principal: Principal, grants: Grants, requirement: Requirement): string => {
  const decision = decide(principal, grants, requirement)
  return decision.allowed ? 'ALLOWED' : decision.code
}

describe('a decision', () => {
  test('allows an enabled member who holds the capability, and names the rule', () => {
    expect(decide(person, member, read)).toEqual({ allowed: true, rule: 'projectScoped' })
    expect(codeOf(person, member, readOrganization)).toBe('ALLOWED')
    expect(codeOf(person, member, { kind: 'self' })).toBe('ALLOWED')
    expect(codeOf(person, member, { kind: 'platform', capability: 'OPERATE' })).toBe('ALLOWED')
  })

  test('asks who is calling before anything else', () => {
    for (const requirement of [read, readOrganization, { kind: 'self' }] as const) {
      expect(codeOf({ kind: 'anonymous' }, member, requirement)).toBe('UNAUTHENTICATED')
      expect(codeOf({ ...person, subject: '' }, member, requirement)).toBe('UNAUTHENTICATED')
      expect(codeOf({ ...key, apiKeyId: '' }, member, requirement)).toBe('UNAUTHENTICATED')
    }
  })

  test('tells a disabled actor so, wherever it asks, before suspension and membership', () => {
    for (const requirement of [read, { ...read, projectId: ELSEWHERE }, { kind: 'self' }] as const) {
      expect(codeOf(person, { ...suspended, disabled: true }, requirement)).toBe('ACTOR_DISABLED')
    }
  })

  test('tells of a suspension to members alone, before capabilities', () => {
    expect(codeOf(person, suspended, { ...read, capability: 'NEVER' })).toBe('ORGANIZATION_SUSPENDED')
    expect(codeOf(person, suspended, readOrganization)).toBe('ORGANIZATION_SUSPENDED')
    expect(codeOf(person, suspended, { ...read, projectId: ELSEWHERE })).toBe('PROJECT_ACCESS_DENIED')
  })

  test('names the missing capability to a member, and nothing to a stranger', () => {
    expect(decide(person, member, { ...read, capability: 'NEVER' })).toEqual({
      allowed: false,
      code: 'CAPABILITY_REQUIRED',
      rule: 'projectScoped',
      capability: 'NEVER',
    })
    expect(decide(person, member, { ...read, projectId: ELSEWHERE })).toEqual({
      allowed: false,
      code: 'PROJECT_ACCESS_DENIED',
      rule: 'projectScoped',
    })
    expect(codeOf(person, member, { ...readOrganization, organizationId: ELSEWHERE })).toBe(
      'ORGANIZATION_ACCESS_DENIED',
    )
    expect(codeOf(person, NO_GRANTS, { kind: 'platform', capability: 'OPERATE' })).toBe('PLATFORM_ACCESS_DENIED')
    expect(codeOf(person, member, { kind: 'platform', capability: 'NEVER' })).toBe('CAPABILITY_REQUIRED')
  })

  test('gives nobody a self but a known user, and nobody another one’s', () => {
    expect(codeOf(person, NO_GRANTS, { kind: 'self' })).toBe('SELF_ACCESS_DENIED')
    expect(codeOf(key, member, { kind: 'self' })).toBe('SELF_ACCESS_DENIED')
    expect(codeOf(person, member, { kind: 'self', userId: USER })).toBe('ALLOWED')
    expect(codeOf(person, member, { kind: 'self', userId: ELSEWHERE })).toBe('SELF_ACCESS_DENIED')
  })

  test('holds a key to what was chosen at its creation', () => {
    expect(codeOf(key, member, read)).toBe('ALLOWED')
    expect(codeOf(key, member, { ...read, capability: 'WRITE' })).toBe('CAPABILITY_REQUIRED')
  })

  test('asks a person for a fresh second factor last, and a program never', () => {
    const at = (iso: string) => ({ ...read, secondFactorSince: new Date(iso) })
    expect(codeOf(person, member, at('2026-01-01T12:00:00Z'))).toBe('ALLOWED')
    expect(codeOf(person, member, at('2026-01-01T12:00:01Z'))).toBe('MFA_REQUIRED')
    expect(codeOf({ ...person, assurance: 'single' }, member, at('2025-01-01T00:00:00Z'))).toBe('MFA_REQUIRED')
    expect(codeOf({ ...person, authenticatedAt: undefined }, member, at('2025-01-01T00:00:00Z'))).toBe('MFA_REQUIRED')
    expect(codeOf(person, member, { ...at('2030-01-01T00:00:00Z'), capability: 'NEVER' })).toBe('CAPABILITY_REQUIRED')
    expect(codeOf(key, member, at('2030-01-01T00:00:00Z'))).toBe('ALLOWED')
  })
})

const ids = fc.constantFrom(...[1, 2, 3, 4, 5].map(uuid))
const capabilities = fc.uniqueArray(fc.constantFrom('READ', 'WRITE', 'OPERATE')).map((names) => new Set(names))
const principals: fc.Arbitrary<Principal> = fc.oneof(
  fc.constant<Principal>({ kind: 'anonymous' }),
  fc.record({
    kind: fc.constant('user' as const),
    subject: fc.constantFrom('', 'subject', 'subject', 'subject'),
    sessionId: fc.constant(undefined),
    authenticatedAt: fc.option(fc.constant(new Date(1_000)), { nil: undefined }),
    assurance: fc.constantFrom('single' as const, 'multi' as const),
  }),
  fc.record({
    kind: fc.constant('service-account' as const),
    serviceAccountId: fc.constantFrom('', 'account'),
    apiKeyId: fc.constantFrom('', 'key'),
    capabilities: fc.uniqueArray(fc.constantFrom('READ', 'WRITE')),
  }),
)
const grants: fc.Arbitrary<Grants> = fc.record({
  userId: fc.option(ids, { nil: undefined }),
  disabled: fc.constantFrom(false, false, false, true),
  platform: capabilities,
  organizations: fc
    .array(fc.tuple(ids, fc.record({ suspended: fc.boolean(), capabilities })))
    .map((entries) => new Map(entries)),
  projects: fc
    .array(fc.tuple(ids, fc.record({ organizationId: ids, suspended: fc.boolean(), capabilities })))
    .map((entries) => new Map(entries)),
})
const capability = fc.constantFrom('READ', 'WRITE', 'OPERATE', 'NEVER')
const since = fc.option(fc.constantFrom(new Date(0), new Date(1_000), new Date(2_000)), { nil: undefined })
const requirements: fc.Arbitrary<Requirement> = fc
  .tuple(
    fc.oneof(
      fc.record({ kind: fc.constant('project' as const), capability, projectId: ids }),
      fc.record({ kind: fc.constant('organization' as const), capability, organizationId: ids }),
      fc.constant({ kind: 'self' as const }),
      fc.record({ kind: fc.constant('self' as const), userId: ids }),
      fc.record({ kind: fc.constant('platform' as const), capability }),
    ),
    since,
  )
  .map(([requirement, secondFactorSince]) =>
    secondFactorSince === undefined ? requirement : { ...requirement, secondFactorSince },
  )

describe('whatever is asked (R8)', () => {
  test('R8: allow implies an active membership of an enabled actor that holds the capability', () => {
    let allowed = 0
    let programs = 0
    fc.assert(
      fc.property(principals, grants, requirements, (principal, held, requirement) => {
        if (!decide(principal, held, requirement).allowed) return
        allowed += 1
        expect(principal.kind).not.toBe('anonymous')
        expect(held.disabled).toBe(false)
        if (principal.kind === 'user') expect(held.userId).toBeDefined()
        if (principal.kind === 'service-account') {
          // A suspended account is disabled, a dead key reaches no scope: what is left is a live key of an active one.
          expect([principal.serviceAccountId, principal.apiKeyId]).toEqual(['account', 'key'])
          if (requirement.kind === 'self') throw new Error('a program has no self')
          expect(principal.capabilities).toContain(requirement.capability)
          programs += 1
        }
        switch (requirement.kind) {
          case 'project': {
            const of = held.projects.get(requirement.projectId)
            expect([of?.suspended, of?.capabilities.has(requirement.capability)]).toEqual([false, true])
            break
          }
          case 'organization': {
            const of = held.organizations.get(requirement.organizationId)
            expect([of?.suspended, of?.capabilities.has(requirement.capability)]).toEqual([false, true])
            break
          }
          case 'self':
            expect(requirement.userId ?? held.userId).toBe(held.userId)
            break
          case 'platform':
            expect(held.platform.has(requirement.capability)).toBe(true)
        }
      }),
      { numRuns: 3_000 },
    )
    expect(allowed).toBeGreaterThan(50)
    expect(programs).toBeGreaterThan(5)
  })

  test('less is never more: without grants, disabled or anonymous, nothing is allowed', () => {
    fc.assert(
      fc.property(principals, grants, requirements, (principal, held, requirement) => {
        expect(decide(principal, NO_GRANTS, requirement).allowed).toBe(false)
        expect(decide(principal, { ...held, disabled: true }, requirement).allowed).toBe(false)
        expect(decide({ kind: 'anonymous' }, held, requirement).allowed).toBe(false)
      }),
    )
  })

  test('strangers are answered alike wherever they ask', () => {
    fc.assert(
      fc.property(principals, grants, capability, ids, ids, (principal, held, name, one, other) => {
        fc.pre(!held.projects.has(one) && !held.projects.has(other))
        const ask = (projectId: Uuid) => decide(principal, held, { kind: 'project', capability: name, projectId })
        expect(ask(one)).toEqual(ask(other))
      }),
    )
  })
})
