export type { Resolvers as ComputeResolvers } from '../../generated/compute.ts'
