import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createAccess } from './access.ts'
import { NO_GRANTS, type Grants } from './grants.ts'
import { namesScope, plainOrCarryingIds } from './plain-ids.ts'
import { plainKey, type ScopeKey } from './scope-key.ts'
import { isUuid, ownedId, selfId, type Uuid } from '../ids/id.ts'

const uuid = (last: string): Uuid => {
  const text = `018f0000-0000-7000-8000-${last.padStart(12, '0')}`
  if (!isUuid(text)) throw new Error(text)
  return text
}
const MINE = uuid('a1')
const OTHER = uuid('b2')
const LOCAL = uuid('c3')
const key = (text: string): ScopeKey => {
  const read = plainKey(text)
  if (!read.ok) throw new Error(text)
  return read.value
}

/** An id of a domain this product knows nothing of. */
const foreign = (prefix: string, scope: Uuid): string => ownedId('alc', scope, LOCAL).text.replace('alc', prefix)
/** Another text of the same bytes: the last character's unused bits differ. */
const respelled = (text: string): string =>
  text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1)

describe('the project of an id', () => {
  test.each<[string, ScopeKey | 'INVALID_ID']>([
    ['p1', key('p1')],
    ['acme/vision 2', key('acme/vision 2')],
    ['__proto__', key('__proto__')],
    ['constructor', key('constructor')],
    [MINE, MINE],
    [MINE.toUpperCase(), key(MINE.toUpperCase())],
    [selfId('prj', MINE).text, MINE],
    [ownedId('alc', MINE, LOCAL).text, MINE],
    [foreign('job', MINE), MINE],
    [foreign('document2', MINE), MINE],
    // Looks like an id of this product and carries nothing: it is its own plain self.
    ['prj_1', key('prj_1')],
    ['alc_short', key('alc_short')],
    ['', 'INVALID_ID'],
    ['x'.repeat(257), 'INVALID_ID'],
    ['p1\n', 'INVALID_ID'],
    [selfId('org', MINE).text, 'INVALID_ID'],
    [selfId('usr', MINE).text, 'INVALID_ID'],
    [selfId('sku', MINE).text, 'INVALID_ID'],
    [ownedId('dep', MINE, LOCAL).text, 'INVALID_ID'],
    [ownedId('ntf', MINE, LOCAL).text, 'INVALID_ID'],
    [foreign('prj', MINE), 'INVALID_ID'],
    [respelled(ownedId('alc', MINE, uuid('1')).text), 'INVALID_ID'],
    [respelled(selfId('prj', MINE).text), 'INVALID_ID'],
  ])('of %j is %s', (text, expected) => {
    const read = plainOrCarryingIds.project(text)
    expect(read.ok ? read.value : read.error).toBe(expected)
  })

  test('a plain id is no other’s: two texts share a project only where both carry it', () => {
    const text = fc.oneof(fc.string(), fc.uuid(), fc.stringMatching(/^[a-z]{1,4}_[\w-]{20,44}$/))
    fc.assert(
      fc.property(text, text, (one, two) => {
        const [first, second] = [one, two].map((id) => plainOrCarryingIds.project(id))
        if (one === two || !first?.ok || !second?.ok || first.value !== second.value) return
        expect(isUuid(first.value)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

test.each<[string, ScopeKey | 'INVALID_ID']>([
  ['acme', key('acme')],
  [selfId('org', MINE).text, MINE],
  [ownedId('dep', MINE, LOCAL).text, MINE],
  [foreign('office', MINE), MINE],
  [selfId('prj', MINE).text, 'INVALID_ID'],
  [ownedId('alc', MINE, LOCAL).text, 'INVALID_ID'],
])('the organization of %j is %s', (text, expected) => {
  const read = plainOrCarryingIds.organization(text)
  expect(read.ok ? read.value : read.error).toBe(expected)
})

test('a user is read from an id that carries one, and from no other', () => {
  const user = (text: string) => {
    const read = plainOrCarryingIds.user(text)
    return read.ok ? read.value : read.error
  }
  expect(user(selfId('usr', MINE).text)).toBe(MINE)
  expect(user(ownedId('ntf', MINE, LOCAL).text)).toBe(MINE)
  expect(user(ownedId('alc', MINE, LOCAL).text)).toBeUndefined()
  expect(user('profile-7')).toBeUndefined()
  expect(user(respelled(selfId('usr', MINE).text))).toBe('INVALID_ID')
})

test('grants name scopes, and nothing inside one', () => {
  const named = ['p1', MINE, 'prj_1', selfId('prj', MINE).text, selfId('org', MINE).text]
  expect(named.filter(namesScope)).toEqual(named)
  expect([ownedId('alc', MINE, LOCAL).text, foreign('job', MINE)].filter(namesScope)).toEqual([])
})

test('a plain project is decided on, and no repository is handed a proof of it', () => {
  const grants: Grants = {
    ...NO_GRANTS,
    userId: key('ada'),
    organizations: new Map([[key('acme'), { suspended: false, capabilities: new Set(['READ']) }]]),
    projects: new Map([
      [key('p1'), { organizationId: key('acme'), suspended: false, capabilities: new Set(['READ']) }],
    ]),
  }
  const access = createAccess({
    principal: {
      kind: 'user',
      subject: 'ada',
      sessionId: undefined,
      authenticatedAt: undefined,
      assurance: 'single',
    },
    grants,
    reload: () => Promise.resolve(grants),
    ids: plainOrCarryingIds,
  })
  expect(access.decide({ kind: 'project', capability: 'READ', projectId: key('p1') }).allowed).toBe(true)
  expect(access.decide({ kind: 'project', capability: 'READ', projectId: key('p2') })).toMatchObject({
    code: 'PROJECT_ACCESS_DENIED',
  })
  expect(() => access.project('READ', 'p1')).toThrow(expect.objectContaining({ code: 'PROJECT_ACCESS_DENIED' }))
  expect(() => access.organization('READ', 'acme')).toThrow(
    expect.objectContaining({ code: 'ORGANIZATION_ACCESS_DENIED' }),
  )
  expect(() => access.self()).toThrow(expect.objectContaining({ code: 'SELF_ACCESS_DENIED' }))
  expect(access.projects('READ').projects).toEqual([])
  expect(access.decide({ kind: 'self' }).allowed).toBe(true)
  expect(access.decide({ kind: 'self', userId: OTHER }).allowed).toBe(false)
})
