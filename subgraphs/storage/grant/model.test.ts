import { expect, test } from '@jest/globals'
import { projectScope } from '../../../platform/access/scope.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { err, ok } from '../../../platform/result/result.ts'
import { checkGrantRequest, projectIdOf, revoke, type GrantRequest, type StorageGrant } from './model.ts'

const NOW = new Date('2026-03-01T12:00:00Z')
const owner = projectScope(systemIds.next(), systemIds.next())
const [subject, other] = [systemIds.next(), systemIds.next()]

const asked: GrantRequest = {
  bucketId: ownedId('bkt', owner.projectId, systemIds.next()),
  ownerProjectId: projectIdOf(owner.projectId),
  subjectProjectId: projectIdOf(subject),
  rights: 'READ',
}

test.each<[string, Partial<GrantRequest>, string | undefined]>([
  ['owner and subject as they are', {}, undefined],
  ['an owner who is another', { ownerProjectId: projectIdOf(other) }, 'OWNER_MISMATCH'],
  ['a bucket of another', { bucketId: ownedId('bkt', other, systemIds.next()) }, 'OWNER_MISMATCH'],
  ['the owner as its own subject', { subjectProjectId: projectIdOf(owner.projectId) }, 'SUBJECT_INVALID'],
  ['an end in the past', { expiresAt: new Date(NOW.getTime() - 1) }, 'EXPIRY_INVALID'],
  ['an end now', { expiresAt: NOW }, 'EXPIRY_INVALID'],
  ['an end later', { expiresAt: new Date(NOW.getTime() + 1) }, undefined],
])('a grant that names %s (R58)', (_, change, refusal) => {
  const checked = checkGrantRequest({ ...asked, ...change }, owner, NOW)
  expect(checked).toEqual(refusal === undefined ? ok(undefined) : err(refusal))
})

test('a grant ends once', () => {
  const grant: StorageGrant = {
    ...asked,
    id: ownedId('sgr', owner.projectId, systemIds.next()),
    createdAt: NOW,
    expiresAt: null,
    revokedAt: null,
  }
  const ended = revoke(grant, NOW)
  expect(ended).toEqual(ok({ ...grant, revokedAt: NOW }))
  expect(ended.ok && revoke(ended.value, NOW)).toEqual(err('ALREADY_REVOKED'))
})
