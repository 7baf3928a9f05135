import type { IamResolvers } from '../resolver-types.ts'

export const userResolvers: Pick<IamResolvers, 'Query' | 'User'> = {
  Query: {
    viewer: (_, __, { access, iam }) => iam.users.find(access.self()),
  },
  User: {
    __resolveReference: (_, { access, iam }) => iam.users.find(access.self()),
  },
}
