import type { Access } from '../../../platform/access/access.ts'
import { apiKeyPrefix } from '../../../platform/access/api-key.ts'
import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { IamResolvers } from '../resolver-types.ts'
import { apiKeyState } from './model.ts'
import { createApiKeyPayload, revokeApiKeyPayload, rotateApiKeyPayload } from './payload.ts'
import { keyPrincipal } from './principal.ts'
import type { KeyMaker } from './service.ts'

const keyMaker = (access: Access, projectId: Uuid): KeyMaker => ({
  self: access.self(),
  held: (capability) => access.decide({ kind: 'project', capability, projectId }).allowed,
})

const DEFAULT_OVERLAP_SECONDS = 3600

export const apiKeyResolvers: Pick<IamResolvers, 'Mutation' | 'ServiceAccount' | 'ApiKey'> = {
  ApiKey: {
    __resolveReference: ({ id }, { access, iam }) =>
      iam.apiKeys.find(access.project('API_KEY_READ', id), parseIdOrThrow('key', id, 'id')),
    prefix: ({ id }) => apiKeyPrefix(id.local),
    state: (key, _, { iam }) => apiKeyState(key, iam.clock.now()),
  },
  ServiceAccount: {
    apiKeys: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'ServiceAccount.apiKeys')
      const key = { grant: access.project('API_KEY_READ', id), id }
      return loadConnection(loaders.keysOfAccount, page, key, (apiKey) => apiKey.id.local)
    },
  },
  Mutation: {
    createApiKey: async (_, { input }, { access, iam }) => {
      const serviceAccountId = parseIdOrThrow('sva', input.serviceAccountId, 'input.serviceAccountId')
      const grant = access.project('API_KEY_CREATE', serviceAccountId, 'input.serviceAccountId')
      const maker = keyMaker(access, grant.scope.projectId)
      return createApiKeyPayload(await iam.apiKeys.create(grant, maker, { ...input, serviceAccountId }))
    },
    rotateApiKey: async (_, { input }, { access, iam }) => {
      const apiKeyId = parseIdOrThrow('key', input.apiKeyId, 'input.apiKeyId')
      const grant = access.project('API_KEY_ROTATE', apiKeyId, 'input.apiKeyId')
      const overlapSeconds = input.overlapSeconds ?? DEFAULT_OVERLAP_SECONDS
      const wanted = { apiKeyId, overlapSeconds, expiresAt: input.expiresAt }
      const rotated = await iam.apiKeys.rotate(grant, keyMaker(access, grant.scope.projectId), wanted)
      if (rotated.ok) await iam.announce([keyPrincipal(rotated.value.previous.serviceAccountId, apiKeyId)])
      return rotateApiKeyPayload(rotated)
    },
    revokeApiKey: async (_, { input }, { access, iam }) => {
      const id = parseIdOrThrow('key', input.apiKeyId, 'input.apiKeyId')
      const revoked = await iam.apiKeys.revoke(access.project('API_KEY_REVOKE', id, 'input.apiKeyId'), id)
      if (revoked.ok) await iam.announce([keyPrincipal(revoked.value.serviceAccountId, id)])
      return revokeApiKeyPayload(revoked)
    },
  },
}
