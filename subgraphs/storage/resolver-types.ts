export type { Resolvers as StorageResolvers } from '../../generated/storage.ts'
