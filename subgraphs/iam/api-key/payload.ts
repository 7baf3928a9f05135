import type { Result } from '../../../platform/result/result.ts'
import { refusedWith, type Refusals } from '../../../platform/graphql/user-errors.ts'
import {
  MAX_LIVE_KEYS,
  type ApiKey,
  type CreateApiKeyRefusal,
  type RevokeApiKeyRefusal,
  type RotateApiKeyRefusal,
} from './model.ts'
import type { MadeApiKey, RotatedApiKey } from './service.ts'

const NOT_FOUND = { field: ['apiKeyId'], message: 'The project has no such key.' }
const EXPIRY_INVALID = { field: ['expiresAt'], message: 'A key ends in the future, and within a year.' }

const CREATE: Refusals<CreateApiKeyRefusal> = {
  SERVICE_ACCOUNT_NOT_FOUND: { field: ['serviceAccountId'], message: 'The project has no such service account.' },
  CAPABILITIES_EMPTY: { field: ['capabilities'], message: 'A key needs at least one capability.' },
  CAPABILITY_NOT_GRANTABLE: {
    field: ['capabilities'],
    message: 'One of the capabilities is none that a service account may have.',
  },
  CAPABILITY_NOT_HELD: { field: ['capabilities'], message: 'You lack one of the capabilities in this project.' },
  EXPIRY_INVALID,
  LIMIT_REACHED: {
    field: ['serviceAccountId'],
    message: `A service account may have ${String(MAX_LIVE_KEYS)} live keys. Revoke one first.`,
  },
}

const ROTATE: Refusals<RotateApiKeyRefusal> = {
  NOT_FOUND,
  NOT_ACTIVE: { field: ['apiKeyId'], message: 'The key was rotated or revoked, or has expired.' },
  OVERLAP_INVALID: { field: ['overlapSeconds'], message: 'An overlap lasts between 0 seconds and a week.' },
  EXPIRY_INVALID,
  CAPABILITY_NOT_HELD: { field: ['apiKeyId'], message: 'The key has a capability that you lack in this project.' },
}

const REVOKE: Refusals<RevokeApiKeyRefusal> = {
  NOT_FOUND,
  ALREADY_REVOKED: { field: ['apiKeyId'], message: 'The key is revoked already.' },
}

export const createApiKeyPayload = (made: Result<MadeApiKey, CreateApiKeyRefusal>) =>
  made.ok
    ? { ...made.value, secret: made.value.secret.value, userErrors: [] }
    : { apiKey: null, secret: null, userErrors: refusedWith(made.error, CREATE) }

export const rotateApiKeyPayload = (rotated: Result<RotatedApiKey, RotateApiKeyRefusal>) =>
  rotated.ok
    ? { ...rotated.value, secret: rotated.value.secret.value, userErrors: [] }
    : { apiKey: null, secret: null, previous: null, userErrors: refusedWith(rotated.error, ROTATE) }

export const revokeApiKeyPayload = (revoked: Result<ApiKey, RevokeApiKeyRefusal>) =>
  revoked.ok
    ? { apiKey: revoked.value, userErrors: [] }
    : { apiKey: null, userErrors: refusedWith(revoked.error, REVOKE) }
