export type { Resolvers as IamResolvers } from '../../generated/iam.ts'
