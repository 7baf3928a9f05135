import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { AppPlatformResolvers } from '../resolver-types.ts'
import { deleteSecretPayload, putSecretPayload, revealSecretPayload } from './payload.ts'
import type { NamedSecret } from './service.ts'

interface NamedSecretInput {
  readonly environmentId: string
  readonly secretId?: string | null | undefined
  readonly name?: string | null | undefined
}

const namedSecret = ({ environmentId, secretId, name }: NamedSecretInput): NamedSecret => ({
  environmentId: parseIdOrThrow('env', environmentId, 'input.environmentId'),
  secretId: secretId === null || secretId === undefined ? undefined : parseIdOrThrow('sec', secretId, 'input.secretId'),
  name: name ?? undefined,
})

export const secretResolvers: Pick<AppPlatformResolvers, 'Mutation' | 'Environment' | 'Secret'> = {
  Secret: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.secret.load({ grant: access.project('APP_SECRET_LIST', id), id: parseIdOrThrow('sec', id, 'id') }),
    environment: ({ environmentId: id }, _, { access, loaders }) =>
      loaders.environment.load({ grant: access.project('APP_READ', id), id }),
  },
  Environment: {
    secrets: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'Environment.secrets', id.text)
      const key = { grant: access.project('APP_SECRET_LIST', id), id }
      return loadConnection(loaders.secretsOfEnvironment, page, key, (secret) => secret.id.local)
    },
  },
  Mutation: {
    putSecret: async (_, { input }, { access, appPlatform }) => {
      const grant = access.project('APP_SECRET_WRITE', input.environmentId, 'input.environmentId')
      const environmentId = parseIdOrThrow('env', input.environmentId, 'input.environmentId')
      return putSecretPayload(await appPlatform.secrets.put(grant, { ...input, environmentId }))
    },
    deleteSecret: async (_, { input }, { access, appPlatform }) => {
      const grant = access.project('APP_SECRET_WRITE', input.environmentId, 'input.environmentId')
      return deleteSecretPayload(await appPlatform.secrets.delete(grant, namedSecret(input)))
    },
    revealSecret: async (_, { input }, { access, appPlatform }) => {
      const grant = access.project('APP_SECRET_READ', input.environmentId, 'input.environmentId')
      return revealSecretPayload(await appPlatform.secrets.reveal(grant, namedSecret(input)))
    },
  },
}
