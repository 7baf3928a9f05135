import { principalKey } from '../../../platform/access/principal.ts'
import type { ServiceAccountId } from '../service-account/model.ts'
import type { ApiKeyId } from './model.ts'

/** By which name every process caches what a key may do. */
export const keyPrincipal = (account: ServiceAccountId, key: ApiKeyId): string =>
  principalKey({
    kind: 'service-account',
    serviceAccountId: account.text,
    apiKeyId: key.text,
    capabilities: [],
  })
