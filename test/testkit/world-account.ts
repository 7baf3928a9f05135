import type { Capability } from '../../directives/capabilities.ts'
import { hashApiKey, newApiKeySecret, printApiKey } from '../../platform/access/api-key.ts'
import type { ServiceAccountPrincipal } from '../../platform/access/principal.ts'
import type { ProjectScope } from '../../platform/access/scope.ts'
import { createEnvelope } from '../../platform/crypto/envelope.ts'
import { createPeppers } from '../../platform/crypto/peppers.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { ownedId, type Uuid } from '../../platform/ids/id.ts'

/** What the secrets of a world are sealed with. */
export const WORLD_ENVELOPE = createEnvelope(['the-secrets-key-of-every-world-of-tests'])

/** What the keys of a world are hashed with. */
export const WORLD_PEPPERS = createPeppers(['the-pepper-of-every-world-of-tests'])

export interface WorldAccount {
  readonly principal: ServiceAccountPrincipal
  /** The text of its key. */
  readonly key: string
}

type Statement = readonly [sql: string, values: readonly unknown[]]

const ACCOUNT =
  'insert into iam.service_accounts (org_id, project_id, id, department_id, name, created_at) values ($1, $2, $3, $4, $5, now())'
const KEY = `insert into iam.api_keys (org_id, project_id, id, service_account_id, capabilities, secret_hash, pepper_id,
    last_four, created_by, created_at, expires_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, 'world', now(), now() + interval '30 days')`

/** A service account with one key, and the statements that make both. */
export const worldAccount = (
  { organizationId, projectId }: ProjectScope,
  department: Uuid,
  name: string,
  capabilities: readonly Capability[],
): { readonly account: WorldAccount; readonly statements: readonly Statement[] } => {
  const [id, keyId, secret] = [systemIds.next(), systemIds.next(), newApiKeySecret()]
  const { hash, pepperId } = hashApiKey(WORLD_PEPPERS, { keyId, secret })
  const key = printApiKey({ keyId, secret })
  const values = [organizationId, projectId, keyId, id, capabilities, hash, pepperId, key.slice(-4)]
  return {
    account: {
      principal: {
        kind: 'service-account',
        serviceAccountId: ownedId('sva', projectId, id).text,
        apiKeyId: ownedId('key', projectId, keyId).text,
        capabilities,
      },
      key,
    },
    statements: [
      [ACCOUNT, [organizationId, projectId, id, department, name]],
      [KEY, values],
    ],
  }
}
