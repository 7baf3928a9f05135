import { defineEvent } from '../define-event.ts'
import { id } from './fields.ts'

export const bucketCreated = defineEvent({
  type: 'storage.bucket_created',
  version: 1,
  owner: 'project',
  description: 'A bucket was created.',
  data: { bucketId: id },
})

export const storageGrantCreated = defineEvent({
  type: 'storage.grant_created',
  version: 1,
  owner: 'project',
  description: 'A bucket was opened to another project; the owner is the project that gives.',
  data: { grantId: id, bucketId: id, subjectProjectId: id },
})

export const storageGrantRevoked = defineEvent({
  type: 'storage.grant_revoked',
  version: 1,
  owner: 'project',
  description: 'A bucket was closed to another project again.',
  data: { grantId: id, bucketId: id, subjectProjectId: id },
})

export const STORAGE_EVENTS = [bucketCreated, storageGrantCreated, storageGrantRevoked] as const
