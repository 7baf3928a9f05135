import { describe, expect, test } from '@jest/globals'
import { createAccess } from './access.ts'
import { authorize, systemGrant } from './authorize.ts'
import { NO_GRANTS, type Grants } from './grants.ts'
import { ANONYMOUS, type Principal } from './principal.ts'
import { projectScope } from './scope.ts'
import { catalogued, type CataloguedError } from '../errors/catalogue.ts'
import { systemIds } from '../ids/generator.ts'
import { ownedId, selfId } from '../ids/id.ts'

const [user, organization, project, sibling, stranger] = Array.from({ length: 5 }, () => systemIds.next())
if (!user || !organization || !project || !sibling || !stranger) throw new Error('five ids were made')

const person: Principal = {
  kind: 'user',
  subject: 'subject',
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
}
const reads = new Set(['READ'])
const member: Grants = {
  userId: user,
  disabled: false,
  platform: new Set(),
  organizations: new Map([[organization, { suspended: false, capabilities: reads }]]),
  projects: new Map([
    [project, { organizationId: organization, suspended: false, capabilities: reads }],
    [sibling, { organizationId: organization, suspended: false, capabilities: new Set<string>() }],
  ]),
}

const accessWith = (
  grants: Grants,
  principal: Principal = person,
  reload: () => Promise<Grants> = () => Promise.resolve(grants),
) => createAccess({ principal, grants, reload })

const errorOf = (work: () => unknown): CataloguedError | undefined => {
  try {
    work()
    return undefined
  } catch (error) {
    return error as CataloguedError // compared with whole errors below
  }
}

describe('the access of one operation', () => {
  test('gives the project of any id that a project owns, with its organization', () => {
    const access = accessWith(member)
    const expected = projectScope(organization, project)
    expect(access.project('READ', selfId('prj', project).text).scope).toEqual(expected)
    expect(access.project('READ', ownedId('alc', project, systemIds.next()).text).scope).toEqual(expected)
    expect(access.project('READ', ownedId('bkt', project, systemIds.next())).scope).toEqual(expected)
    expect(access.organization('READ', ownedId('dep', organization, systemIds.next()).text).scope.organizationId).toBe(
      organization,
    )
    expect(access.self().scope.userId).toBe(user)
  })

  test('names the argument of an id that is malformed, of another kind, or empty', () => {
    const access = accessWith(member)
    const ids = [
      '',
      'prj_',
      'nonsense',
      `${selfId('prj', project).text}A`,
      selfId('org', organization).text,
      '__proto__',
    ]
    for (const id of ids) {
      expect(errorOf(() => access.project('READ', id, 'input.id'))).toEqual(
        catalogued('INVALID_ID', { argument: 'input.id' }),
      )
    }
    expect(errorOf(() => access.organization('READ', selfId('prj', project).text))).toEqual(
      catalogued('INVALID_ID', { argument: 'id' }),
    )
  })

  test('answers for a foreign project as for one that never existed (R7)', () => {
    const other = accessWith({ ...NO_GRANTS, userId: stranger })
    const foreign = errorOf(() => other.project('READ', selfId('prj', project).text))
    const nowhere = errorOf(() => other.project('READ', selfId('prj', systemIds.next()).text))
    expect(foreign).toEqual(catalogued('PROJECT_ACCESS_DENIED'))
    expect({ ...foreign?.extensions, message: foreign?.message }).toEqual({
      ...nowhere?.extensions,
      message: nowhere?.message,
    })
    expect(foreign?.details).toEqual({})
  })

  test('tells a member which capability is missing', () => {
    expect(errorOf(() => accessWith(member).project('WRITE', selfId('prj', project).text))).toEqual(
      catalogued('CAPABILITY_REQUIRED', { capability: 'WRITE', rule: 'projectScoped' }),
    )
  })

  test('never makes a self of a subject that iam does not know', () => {
    expect(errorOf(() => accessWith(NO_GRANTS).self())).toEqual(catalogued('SELF_ACCESS_DENIED'))
  })

  test('lists the projects in which a capability is held, and refuses nobody’s and a disabled list', () => {
    expect(accessWith(member).projects('READ').projects).toEqual([projectScope(organization, project)])
    expect(accessWith(NO_GRANTS).projects('READ').projects).toEqual([])
    expect(errorOf(() => accessWith(NO_GRANTS, ANONYMOUS).projects('READ'))).toEqual(catalogued('UNAUTHENTICATED'))
    expect(errorOf(() => accessWith({ ...member, disabled: true }).projects('READ'))).toEqual(
      catalogued('ACTOR_DISABLED'),
    )
  })

  test('decides anew after a refresh', async () => {
    const access = accessWith(member, person, () => Promise.resolve(NO_GRANTS))
    const requirement = { kind: 'project', capability: 'READ', projectId: project } as const
    expect(access.decide(requirement).allowed).toBe(true)
    await access.refresh()
    expect(access.decide(requirement).allowed).toBe(false)
    expect(errorOf(() => access.project('READ', selfId('prj', project).text))).toEqual(
      catalogued('PROJECT_ACCESS_DENIED'),
    )
  })
})

describe('a grant', () => {
  test('is made by authorize, and names who acts', () => {
    const granted = authorize(
      { principal: person, grants: member },
      { kind: 'project', capability: 'READ', projectId: project },
    )
    if (!granted.ok) throw new Error('it is granted')
    expect(granted.value.actor).toEqual({ kind: 'principal', principal: person, userId: user })
  })

  test('of the platform itself names the job', () => {
    const { actor, capability } = systemGrant(projectScope(organization, project), 'compute.release')
    expect([actor, capability]).toEqual([{ kind: 'system', job: 'compute.release' }, 'SYSTEM'])
  })

  test('cannot be written by hand', () => {
    const grant = systemGrant(projectScope(organization, project), 'job')
    // @ts-expect-error the proof is a symbol that only authorize.ts has
    const forged: typeof grant = { scope: grant.scope, capability: 'SYSTEM', actor: grant.actor }
    expect(Object.getOwnPropertySymbols(forged)).toEqual([])
    expect(Object.getOwnPropertySymbols(grant)).toHaveLength(1)
  })
})
