import type { Result } from '../../../platform/result/result.ts'
import { refusedWith, type Refusals } from '../../../platform/graphql/user-errors.ts'
import {
  MAX_SERVICE_ACCOUNTS,
  type CreateServiceAccountRefusal,
  type DeleteServiceAccountRefusal,
  type ResumeServiceAccountRefusal,
  type ServiceAccount,
  type SuspendServiceAccountRefusal,
} from './model.ts'
import type { ChangedServiceAccount } from './service.ts'

const NOT_FOUND = { field: ['serviceAccountId'], message: 'The project has no such service account.' }

const CREATE: Refusals<CreateServiceAccountRefusal> = {
  NAME_INVALID: { field: ['name'], message: 'A name has 2 to 80 printable characters.' },
  NAME_TAKEN: { field: ['name'], message: 'Another service account of the project has this name.' },
  DEPARTMENT_NOT_FOUND: { field: ['departmentId'], message: 'The organization has no such department.' },
  CROSS_ORG_REFERENCE: {
    field: ['departmentId'],
    message: 'The department belongs to another organization than the project.',
  },
  LIMIT_REACHED: {
    field: ['projectId'],
    message: `A project may have ${String(MAX_SERVICE_ACCOUNTS)} service accounts.`,
  },
}

const SUSPEND: Refusals<SuspendServiceAccountRefusal> = {
  NOT_FOUND,
  ALREADY_SUSPENDED: { field: ['serviceAccountId'], message: 'The service account is suspended already.' },
}

const RESUME: Refusals<ResumeServiceAccountRefusal> = {
  NOT_FOUND,
  NOT_SUSPENDED: { field: ['serviceAccountId'], message: 'The service account is not suspended.' },
}

const DELETE: Refusals<DeleteServiceAccountRefusal> = { NOT_FOUND }

export const createServiceAccountPayload = (created: Result<ServiceAccount, CreateServiceAccountRefusal>) =>
  created.ok
    ? { serviceAccount: created.value, userErrors: [] }
    : { serviceAccount: null, userErrors: refusedWith(created.error, CREATE) }

export const suspendServiceAccountPayload = (changed: Result<ChangedServiceAccount, SuspendServiceAccountRefusal>) =>
  changed.ok
    ? { serviceAccount: changed.value.account, userErrors: [] }
    : { serviceAccount: null, userErrors: refusedWith(changed.error, SUSPEND) }

export const resumeServiceAccountPayload = (changed: Result<ChangedServiceAccount, ResumeServiceAccountRefusal>) =>
  changed.ok
    ? { serviceAccount: changed.value.account, userErrors: [] }
    : { serviceAccount: null, userErrors: refusedWith(changed.error, RESUME) }

export const deleteServiceAccountPayload = (changed: Result<ChangedServiceAccount, DeleteServiceAccountRefusal>) =>
  changed.ok
    ? { deletedServiceAccountId: changed.value.account.id, userErrors: [] }
    : { deletedServiceAccountId: null, userErrors: refusedWith(changed.error, DELETE) }
