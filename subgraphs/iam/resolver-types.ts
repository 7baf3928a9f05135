export type { AuditEntryFilter as AuditEntryFilterInput, Resolvers as IamResolvers } from '../../generated/iam.ts'
