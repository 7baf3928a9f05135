import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { Binding } from '../../../platform/crypto/envelope.ts'
import type { Brand } from '../../../platform/ids/brand.ts'
import type { Id } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { EnvironmentId } from '../environment/model.ts'

export type SecretId = Id<'sec'>

/** What an environment's workloads must know, without what it is. */
export interface Secret {
  readonly id: SecretId
  readonly environmentId: EnvironmentId
  readonly name: string
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** 1 to 128 letters, digits, `_`, `.` and `-`, a letter or `_` first: fit for a variable or a file of a workload. */
export type SecretName = Brand<string, 'SecretName'>

/** What a secret is, in UTF-8. Of bytes, so that it is no text by accident. */
export type SecretValue = Brand<Buffer, 'SecretValue'>

/** A secret is named by one of both, and always within its environment. */
export type SecretKey = { readonly by: 'id'; readonly id: SecretId } | { readonly by: 'name'; readonly name: string }

export type PutSecretRefusal = 'ENVIRONMENT_NOT_FOUND' | 'NAME_INVALID' | 'VALUE_INVALID' | 'VERSION_CONFLICT'

export type NamedSecretRefusal = 'SECRET_NOT_FOUND' | 'SECRET_NOT_NAMED'

const LARGEST_VALUE = 65_536

export const parseSecretName = (text: string): Result<SecretName, 'NAME_INVALID'> =>
  /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/.test(text) ? ok(text as SecretName /* just matched */) : err('NAME_INVALID')

/** Text that UTF-8 would not give back as it was is refused: a secret is given back whole or not taken. */
export const parseSecretValue = (text: string): Result<SecretValue, 'VALUE_INVALID'> => {
  if (text.length > LARGEST_VALUE || !text.isWellFormed()) return err('VALUE_INVALID')
  const bytes = Buffer.from(text, 'utf8')
  return bytes.length > 0 && bytes.length <= LARGEST_VALUE
    ? ok(bytes as SecretValue /* just measured */)
    : err('VALUE_INVALID')
}

/** Reads which of the two was given. An empty name is a name that nothing has. */
export const secretKey = (
  id: SecretId | undefined,
  name: string | undefined,
): Result<SecretKey, 'SECRET_NOT_NAMED'> => {
  if (id !== undefined && name === undefined) return ok({ by: 'id', id })
  if (id === undefined && name !== undefined) return ok({ by: 'name', name })
  return err('SECRET_NOT_NAMED')
}

/** Where one version of a secret belongs, and can be opened: nowhere else (R14, R56). */
export const bindingOf = (
  { organizationId, projectId }: ProjectScope,
  { id, environmentId, version }: Pick<Secret, 'id' | 'environmentId' | 'version'>,
): Binding => [organizationId, projectId, environmentId.local, id.local, version.toString()]
