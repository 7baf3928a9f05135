import type { Result } from '../../../platform/result/result.ts'
import type { CreateStorageGrantRefusal, RevokeStorageGrantRefusal, StorageGrant } from './model.ts'

interface Refusal {
  readonly field: readonly string[]
  readonly message: string
}

const NOT_CREATED: Readonly<Record<CreateStorageGrantRefusal, Refusal>> = {
  BUCKET_NOT_FOUND: { field: ['bucketId'], message: 'The project has no such bucket.' },
  OWNER_MISMATCH: { field: ['ownerProjectId'], message: 'The owner that is named is not the project of the bucket.' },
  SUBJECT_INVALID: {
    field: ['subjectProjectId'],
    message: 'The subject must be another project of the owner’s organization.',
  },
  EXPIRY_INVALID: { field: ['expiresAt'], message: 'A grant must end in the future.' },
}

const NOT_REVOKED: Readonly<Record<RevokeStorageGrantRefusal, Refusal>> = {
  NOT_FOUND: { field: ['grantId'], message: 'The project has no such grant.' },
  ALREADY_REVOKED: { field: ['grantId'], message: 'The grant has ended already.' },
}

const payload = <Code extends string>(result: Result<StorageGrant, Code>, refusals: Readonly<Record<Code, Refusal>>) =>
  result.ok
    ? { grant: result.value, userErrors: [] }
    : { grant: null, userErrors: [{ code: result.error, ...refusals[result.error] }] }

export const createStorageGrantPayload = (created: Result<StorageGrant, CreateStorageGrantRefusal>) =>
  payload(created, NOT_CREATED)

export const revokeStorageGrantPayload = (revoked: Result<StorageGrant, RevokeStorageGrantRefusal>) =>
  payload(revoked, NOT_REVOKED)
