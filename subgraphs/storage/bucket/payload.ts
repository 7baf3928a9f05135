import type { Result } from '../../../platform/result/result.ts'
import type { Bucket, CreateBucketRefusal } from './model.ts'

const REFUSALS: Readonly<Record<CreateBucketRefusal, string>> = {
  NAME_INVALID: 'A bucket’s name has 3 to 63 lower-case letters, digits and inner hyphens.',
  NAME_TAKEN: 'The project has a bucket of this name.',
}

export const createBucketPayload = (created: Result<Bucket, CreateBucketRefusal>) =>
  created.ok
    ? { bucket: created.value, userErrors: [] }
    : { bucket: null, userErrors: [{ code: created.error, field: ['name'], message: REFUSALS[created.error] }] }
