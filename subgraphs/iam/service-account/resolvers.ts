import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { Result } from '../../../platform/result/result.ts'
import type { Iam } from '../context.ts'
import { keyPrincipal } from '../api-key/principal.ts'
import type { IamResolvers } from '../resolver-types.ts'
import { stateOf } from './model.ts'
import {
  createServiceAccountPayload,
  deleteServiceAccountPayload,
  resumeServiceAccountPayload,
  suspendServiceAccountPayload,
} from './payload.ts'
import type { ChangedServiceAccount } from './service.ts'

/** Every process reads again what the keys of a changed account may do (R17). */
const announced = async <E>(
  { announce }: Iam,
  changed: Result<ChangedServiceAccount, E>,
): Promise<Result<ChangedServiceAccount, E>> => {
  if (changed.ok) await announce(changed.value.keys.map((key) => keyPrincipal(changed.value.account.id, key)))
  return changed
}

export const serviceAccountResolvers: Pick<IamResolvers, 'Mutation' | 'Project' | 'ServiceAccount'> = {
  ServiceAccount: {
    __resolveReference: ({ id }, { access, iam }) =>
      iam.serviceAccounts.find(access.project('SERVICE_ACCOUNT_READ', id), parseIdOrThrow('sva', id, 'id')),
    state: (account) => stateOf(account),
    department: ({ departmentId }, _, { access, loaders }) =>
      loaders.department.load({ grant: access.organization('DEPARTMENT_READ', departmentId), id: departmentId }),
  },
  Project: {
    serviceAccounts: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'Project.serviceAccounts')
      const key = { grant: access.project('SERVICE_ACCOUNT_READ', id), id }
      return loadConnection(loaders.accountsOfProject, page, key, (account) => account.id.local)
    },
  },
  Mutation: {
    createServiceAccount: async (_, { input }, { access, iam }) => {
      const project = parseIdOrThrow('prj', input.projectId, 'input.projectId')
      const grant = access.project('SERVICE_ACCOUNT_CREATE', project, 'input.projectId')
      return createServiceAccountPayload(await iam.serviceAccounts.create(grant, input))
    },
    suspendServiceAccount: async (_, { input }, { access, iam }) => {
      const id = parseIdOrThrow('sva', input.serviceAccountId, 'input.serviceAccountId')
      const grant = access.project('SERVICE_ACCOUNT_SUSPEND', id, 'input.serviceAccountId')
      return suspendServiceAccountPayload(await announced(iam, await iam.serviceAccounts.suspend(grant, id)))
    },
    resumeServiceAccount: async (_, { input }, { access, iam }) => {
      const id = parseIdOrThrow('sva', input.serviceAccountId, 'input.serviceAccountId')
      const grant = access.project('SERVICE_ACCOUNT_SUSPEND', id, 'input.serviceAccountId')
      return resumeServiceAccountPayload(await announced(iam, await iam.serviceAccounts.resume(grant, id)))
    },
    deleteServiceAccount: async (_, { input }, { access, iam }) => {
      const id = parseIdOrThrow('sva', input.serviceAccountId, 'input.serviceAccountId')
      const grant = access.project('SERVICE_ACCOUNT_DELETE', id, 'input.serviceAccountId')
      return deleteServiceAccountPayload(await announced(iam, await iam.serviceAccounts.delete(grant, id)))
    },
  },
}
