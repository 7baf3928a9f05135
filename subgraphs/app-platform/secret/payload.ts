import type { Result } from '../../../platform/result/result.ts'
import { refusing } from '../refusals.ts'
import type { NamedSecretRefusal, PutSecretRefusal, Secret } from './model.ts'
import type { RevealedSecret } from './service.ts'

const notPut = refusing<PutSecretRefusal>({
  ENVIRONMENT_NOT_FOUND: { field: ['environmentId'], message: 'The project has no such environment.' },
  NAME_INVALID: {
    field: ['name'],
    message: 'A name has 1 to 128 letters, digits, `_`, `.` and `-`, a letter or `_` first.',
  },
  VALUE_INVALID: { field: ['value'], message: 'A value is Unicode text of 1 to 65536 bytes in UTF-8.' },
  VERSION_CONFLICT: {
    field: ['expectedVersion'],
    message: 'The secret is at another version, or not there; look at it again.',
  },
})

/** Of `name` or `secretId` alike, so that the answers to what is not there differ in nothing. */
const notFound = refusing<NamedSecretRefusal>({
  SECRET_NOT_FOUND: { field: ['environmentId'], message: 'The environment has no such secret.' },
  SECRET_NOT_NAMED: { field: ['secretId'], message: 'A secret is named by `secretId` or by `name`, one of both.' },
})

export const putSecretPayload = (put: Result<Secret, PutSecretRefusal>) =>
  put.ok ? { secret: put.value, userErrors: [] } : { secret: null, userErrors: notPut(put.error) }

export const deleteSecretPayload = (deleted: Result<Secret, NamedSecretRefusal>) =>
  deleted.ok
    ? { deletedSecretId: deleted.value.id.text, userErrors: [] }
    : { deletedSecretId: null, userErrors: notFound(deleted.error) }

export const revealSecretPayload = (revealed: Result<RevealedSecret, NamedSecretRefusal>) =>
  revealed.ok
    ? { secret: revealed.value.secret, value: revealed.value.value.value, userErrors: [] }
    : { secret: null, value: null, userErrors: notFound(revealed.error) }
