import type { Result } from '../../../platform/result/result.ts'
import { refusing } from '../refusals.ts'
import type { CreateReleaseRefusal, Release } from './model.ts'

const DIGEST_RULE = 'A digest is `sha256:` and 64 lower-case hexadecimal digits.'

const refused = refusing<CreateReleaseRefusal>({
  APP_NOT_FOUND: { field: ['appId'], message: 'The project has no such app.' },
  DIGEST_REQUIRED: {
    field: ['image'],
    message: 'An image is pinned by its digest, `registry/repository@sha256:…`: a tag may move.',
  },
  IMAGE_INVALID: { field: ['image'], message: 'An image is `registry/repository@sha256:…`, without a tag.' },
  MANIFEST_HASH_INVALID: { field: ['manifestHash'], message: DIGEST_RULE },
  SBOM_DIGEST_INVALID: { field: ['sbomDigest'], message: DIGEST_RULE },
})

export const createReleasePayload = (created: Result<Release, CreateReleaseRefusal>) =>
  created.ok ? { release: created.value, userErrors: [] } : { release: null, userErrors: refused(created.error) }
