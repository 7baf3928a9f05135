import { describe, expect, test } from '@jest/globals'
import { createAccess } from './access.ts'
import { decisionMemo } from './decision-memo.ts'
import type { Grants, ProjectGrants } from './grants.ts'
import type { Principal } from './principal.ts'
import { scopeCarryingIds } from './scope-ids.ts'
import { systemIds } from '../ids/generator.ts'
import { ownedId, selfId, type Uuid } from '../ids/id.ts'

const user = systemIds.next()
const organizationId = systemIds.next()
const project = systemIds.next()

const person = (subject: string): Principal => ({
  kind: 'user',
  subject,
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
})

/** Grants that count how often a project is looked up in them. */
const counted = (capabilities: readonly string[]) => {
  let lookups = 0
  class Counting extends Map<Uuid, ProjectGrants> {
    override get(id: Uuid): ProjectGrants | undefined {
      lookups += 1
      return super.get(id)
    }
  }
  const grants: Grants = {
    userId: user,
    disabled: false,
    platform: new Set(),
    organizations: new Map(),
    projects: new Counting([[project, { organizationId, suspended: false, capabilities: new Set(capabilities) }]]),
  }
  return { grants, lookups: () => lookups }
}

const memoOf = (principal: Principal, grants: Grants) => decisionMemo(principal, grants, scopeCarryingIds)

describe('what a snapshot of grants has decided', () => {
  test('is decided once for all operations that hold it', () => {
    const { grants, lookups } = counted(['READ'])
    const caller = person('a')
    const open = () => createAccess({ principal: caller, grants, reload: () => Promise.resolve(grants) })
    const asked = { kind: 'project', capability: 'READ', projectId: project } as const
    for (let n = 0; n < 5; n += 1) expect(open().decide(asked)).toEqual({ allowed: true, rule: 'projectScoped' })
    expect(lookups()).toBe(1)
    const id = ownedId('alc', project, systemIds.next()).text
    const first = open().project('READ', id)
    const after = lookups()
    expect(open().project('READ', id)).toBe(first)
    expect(lookups()).toBe(after)
  })

  test('says nothing of another principal, of other grants, capabilities, kinds or scopes', () => {
    const { grants } = counted(['READ'])
    const caller = person('a')
    const asked = { kind: 'project', capability: 'READ', projectId: project } as const
    const memo = memoOf(caller, grants)
    expect(memo.decide(asked).allowed).toBe(true)
    expect(memo.decide({ ...asked, capability: 'WRITE' })).toMatchObject({ code: 'CAPABILITY_REQUIRED' })
    expect(memo.decide({ ...asked, projectId: organizationId })).toMatchObject({ code: 'PROJECT_ACCESS_DENIED' })
    expect(memo.decide({ kind: 'organization', capability: 'READ', organizationId: project })).toMatchObject({
      code: 'ORGANIZATION_ACCESS_DENIED',
    })
    expect(memoOf({ kind: 'anonymous' }, grants).decide(asked)).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(memoOf(caller, { ...grants, disabled: true }).decide(asked)).toMatchObject({ code: 'ACTOR_DISABLED' })
    expect(memoOf(caller, counted([]).grants).decide(asked)).toMatchObject({ code: 'CAPABILITY_REQUIRED' })
  })

  test('goes when the grants are read again', async () => {
    const before = counted(['READ']).grants
    const now = { ...before, projects: new Map() }
    const access = createAccess({ principal: person('a'), grants: before, reload: () => Promise.resolve(now) })
    const id = selfId('prj', project).text
    expect(access.project('READ', id).scope.projectId).toBe(project)
    await access.refresh()
    expect(() => access.project('READ', id)).toThrow(expect.objectContaining({ code: 'PROJECT_ACCESS_DENIED' }))
  })

  test('keeps nothing of a second factor, which ages', () => {
    const { grants } = counted(['READ'])
    const signedIn: Principal = {
      kind: 'user',
      subject: 'a',
      sessionId: undefined,
      authenticatedAt: new Date(1_000),
      assurance: 'multi',
    }
    const asked = { kind: 'project', capability: 'READ', projectId: project } as const
    const memo = memoOf(signedIn, grants)
    expect(memo.decide({ ...asked, secondFactorSince: new Date(500) }).allowed).toBe(true)
    expect(memo.decide({ ...asked, secondFactorSince: new Date(2_000) })).toMatchObject({ code: 'MFA_REQUIRED' })
  })

  test('is bounded: what was decided before more scopes than are kept is decided again', () => {
    const { grants, lookups } = counted(['READ'])
    const memo = memoOf(person('a'), grants)
    const asked = { kind: 'project', capability: 'READ', projectId: project } as const
    expect(memo.decide(asked).allowed).toBe(true)
    for (let n = 0; n < 5_000; n += 1)
      expect(memo.decide({ kind: 'project', capability: 'READ', projectId: systemIds.next() }).allowed).toBe(false)
    const before = lookups()
    expect(memo.decide(asked).allowed).toBe(true)
    expect(lookups()).toBe(before + 1)
  })
})
