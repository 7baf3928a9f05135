export type { Resolvers as BillingResolvers } from '../../generated/billing.ts'
