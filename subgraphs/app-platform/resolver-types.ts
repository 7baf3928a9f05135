export type { Resolvers as AppPlatformResolvers } from '../../generated/app-platform.ts'
