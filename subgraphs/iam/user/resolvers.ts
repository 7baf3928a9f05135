import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { IamResolvers } from '../resolver-types.ts'
import { disableUserPayload, enableUserPayload } from './payload.ts'
import { userPrincipal } from './principal.ts'

export const userResolvers: Pick<IamResolvers, 'Query' | 'Mutation' | 'User'> = {
  Query: {
    viewer: (_, __, { access, loaders }) => loaders.self.load(access.self()),
  },
  User: {
    __resolveReference: (_, { access, loaders }) => loaders.self.load(access.self()),
  },
  Mutation: {
    disableUser: async (_, { input }, { access, iam }) => {
      const userId = parseIdOrThrow('usr', input.userId, 'input.userId')
      const operator = access.platform('PLATFORM_USER_DISABLE')
      const changed = await iam.users.disable(operator, { userId, reason: input.reason })
      if (changed.ok) await iam.announce([userPrincipal(changed.value.subject)])
      return disableUserPayload(changed)
    },
    enableUser: async (_, { input }, { access, iam }) => {
      const userId = parseIdOrThrow('usr', input.userId, 'input.userId')
      const operator = access.platform('PLATFORM_USER_DISABLE')
      const changed = await iam.users.enable(operator, { userId, reason: input.reason })
      if (changed.ok) await iam.announce([userPrincipal(changed.value.subject)])
      return enableUserPayload(changed)
    },
  },
}
