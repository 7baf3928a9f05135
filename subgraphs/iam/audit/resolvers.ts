import { idConnection, idPage, type IdPage } from '../../../platform/graphql/id-page.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { IamResolvers } from '../resolver-types.ts'
import type { Iam } from '../context.ts'
import type { AuditEntry, AuditEntryFilter } from './model.ts'
import type { AuditGrant } from './service.ts'
import { filterOf, sectionOf, verificationOf } from './arguments.ts'

/** What both kinds of entries show alike. */
const entry = {
  sequence: ({ sealed }: AuditEntry) => sealed?.sequence ?? null,
  sealedAt: ({ sealed }: AuditEntry) => sealed?.sealedAt ?? null,
  hash: ({ sealed }: AuditEntry) => sealed?.hash ?? null,
}

const entryConnection = async ({ audit }: Iam, grant: AuditGrant, filter: AuditEntryFilter, page: IdPage) =>
  idConnection(
    await audit.page(grant, filter, page),
    page,
    ({ id }) => id.local,
    () => audit.total(grant, filter),
  )

export const auditResolvers: Pick<IamResolvers, 'Query' | 'AuditEntry' | 'PlatformAuditEntry'> = {
  Query: {
    auditEntries: (_, { organizationId, filter, ...args }, { access, iam }) => {
      const id = parseIdOrThrow('org', organizationId, 'organizationId')
      const page = idPage(args, 'Query.auditEntries', { organizationId: id.text, filter })
      return entryConnection(iam, access.organization('AUDIT_READ', id), filterOf(filter), page)
    },
    verifyAuditChain: async (_, { organizationId, ...section }, { access, iam }) => {
      const grant = access.organization('AUDIT_READ', parseIdOrThrow('org', organizationId, 'organizationId'))
      return verificationOf(await iam.audit.verify(grant, sectionOf(section)))
    },
    platformAuditEntries: (_, { filter, ...args }, { access, iam }) => {
      const page = idPage(args, 'Query.platformAuditEntries', filter)
      return entryConnection(iam, access.platform('PLATFORM_AUDIT_READ'), filterOf(filter), page)
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
