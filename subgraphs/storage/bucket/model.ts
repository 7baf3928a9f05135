import type { Brand } from '../../../platform/ids/brand.ts'
import { ownedId, type Id, type Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'

export type BucketId = Id<'bkt'>

/** A named container of objects, owned by one project. */
export interface Bucket {
  readonly id: BucketId
  readonly name: string
  readonly createdAt: Date
}

export type BucketName = Brand<string, 'BucketName'>

/** 3 to 63 characters, lower-case letters, digits and inner hyphens: what S3 accepts, so that any backend does. */
export const parseBucketName = (text: string): Result<BucketName, 'NAME_INVALID'> =>
  /^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/.test(text) ? ok(text as BucketName /* just matched */) : err('NAME_INVALID')

export const newBucket = (project: Uuid, local: Uuid, name: BucketName, createdAt: Date): Bucket => ({
  id: ownedId('bkt', project, local),
  name,
  createdAt,
})

export type CreateBucketRefusal = 'NAME_INVALID' | 'NAME_TAKEN'
