import type { ProjectScope } from '../../../platform/access/scope.ts'
import { selfId, type Id, type ProjectId, type Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { BucketId } from '../bucket/model.ts'

export type StorageGrantId = Id<'sgr'>

export const STORAGE_RIGHTS = ['READ', 'READ_WRITE'] as const

export type StorageRights = (typeof STORAGE_RIGHTS)[number]

/** Another project's right to use a bucket. Names owner and subject (R58). */
export interface StorageGrant {
  readonly id: StorageGrantId
  readonly ownerProjectId: ProjectId
  readonly subjectProjectId: ProjectId
  readonly bucketId: BucketId
  readonly rights: StorageRights
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
}

/** A bucket of another project, as its grant shows it to the subject. */
export interface SharedBucket {
  readonly grantId: StorageGrantId
  readonly subjectProjectId: ProjectId
  readonly bucketId: BucketId
  readonly name: string
  readonly ownerProjectId: ProjectId
  readonly rights: StorageRights
  readonly expiresAt: Date | null
}

export type CreateStorageGrantRefusal = 'BUCKET_NOT_FOUND' | 'OWNER_MISMATCH' | 'SUBJECT_INVALID' | 'EXPIRY_INVALID'

export type RevokeStorageGrantRefusal = 'NOT_FOUND' | 'ALREADY_REVOKED'

export interface GrantRequest {
  readonly bucketId: BucketId
  readonly ownerProjectId: ProjectId
  readonly subjectProjectId: ProjectId
  readonly rights: StorageRights
  readonly expiresAt?: Date | null | undefined
}

/** What can be refused without reading anything. */
export const checkGrantRequest = (
  request: GrantRequest,
  owner: ProjectScope,
  now: Date,
): Result<undefined, CreateStorageGrantRefusal> => {
  const ownerIsNamed = request.ownerProjectId.local === owner.projectId && request.bucketId.scope === owner.projectId
  if (!ownerIsNamed) return err('OWNER_MISMATCH')
  if (request.subjectProjectId.local === owner.projectId) return err('SUBJECT_INVALID')
  if (request.expiresAt && request.expiresAt <= now) return err('EXPIRY_INVALID')
  return ok(undefined)
}

export const projectIdOf = (local: Uuid): ProjectId => selfId('prj', local)

/** The owner ends a grant; once. */
export const revoke = (grant: StorageGrant, at: Date): Result<StorageGrant, 'ALREADY_REVOKED'> =>
  grant.revokedAt === null ? ok({ ...grant, revokedAt: at }) : err('ALREADY_REVOKED')
