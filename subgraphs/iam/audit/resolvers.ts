import { idConnection, idPage } from '../../../platform/graphql/id-page.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { IamResolvers } from '../resolver-types.ts'
import type { AuditEntry } from './model.ts'
import { filterOf, sectionOf, verificationOf } from './arguments.ts'

/** What both kinds of entries show alike. */
const entry = {
  sequence: ({ sealed }: AuditEntry) => sealed?.sequence ?? null,
  sealedAt: ({ sealed }: AuditEntry) => sealed?.sealedAt ?? null,
  hash: ({ sealed }: AuditEntry) => sealed?.hash ?? null,
}

export const auditResolvers: Pick<IamResolvers, 'Query' | 'AuditEntry' | 'PlatformAuditEntry'> = {
  Query: {
    auditEntries: async (_, { organizationId, filter, ...args }, { access, iam }) => {
      const id = parseIdOrThrow('org', organizationId, 'organizationId')
      const page = idPage(args, 'Query.auditEntries', { organizationId: id.text, filter })
      const rows = await iam.audit.page(access.organization('AUDIT_READ', id), filterOf(filter), page)
      return idConnection(rows, page, ({ id }) => id.local)
    },
    verifyAuditChain: async (_, { organizationId, ...section }, { access, iam }) => {
      const grant = access.organization('AUDIT_READ', parseIdOrThrow('org', organizationId, 'organizationId'))
      return verificationOf(await iam.audit.verify(grant, sectionOf(section)))
    },
    platformAuditEntries: async (_, { filter, ...args }, { access, iam }) => {
      const page = idPage(args, 'Query.platformAuditEntries', filter)
      const rows = await iam.audit.page(access.platform('PLATFORM_AUDIT_READ'), filterOf(filter), page)
      return idConnection(rows, page, ({ id }) => id.local)
    },
    verifyPlatformAuditChain: async (_, section, { access, iam }) =>
      verificationOf(await iam.audit.verify(access.platform('PLATFORM_AUDIT_READ'), sectionOf(section))),
  },
  AuditEntry: {
    ...entry,
    __resolveReference: ({ id }, { access, iam }) =>
      iam.audit.find(access.organization('AUDIT_READ', id), parseIdOrThrow('aud', id, 'id')),
  },
  PlatformAuditEntry: {
    ...entry,
    __resolveReference: ({ id }, { access, iam }) =>
      iam.audit.find(access.platform('PLATFORM_AUDIT_READ'), parseIdOrThrow('aud', id, 'id')),
  },
}
