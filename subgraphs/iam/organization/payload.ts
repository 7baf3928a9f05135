import type { Result } from '../../../platform/result/result.ts'
import { refusedWith, type Refusals } from '../../../platform/graphql/user-errors.ts'
import {
  MAX_FOUNDED_ORGANIZATIONS,
  type CreateOrganizationRefusal,
  type Organization,
  type OrganizationStatus,
  type ResumeOrganizationRefusal,
  type SuspendOrganizationRefusal,
} from './model.ts'

const CREATE: Refusals<CreateOrganizationRefusal> = {
  NAME_INVALID: { field: ['name'], message: 'A name has 2 to 80 printable characters.' },
  SLUG_INVALID: { field: ['slug'], message: 'A slug has 3 to 40 lower-case letters, digits and inner hyphens.' },
  SLUG_TAKEN: { field: ['slug'], message: 'Another organization has this slug.' },
  LIMIT_REACHED: { field: [], message: `One user may own ${String(MAX_FOUNDED_ORGANIZATIONS)} organizations.` },
}

export const createOrganizationPayload = (created: Result<Organization, CreateOrganizationRefusal>) =>
  created.ok
    ? { organization: created.value, userErrors: [] }
    : { organization: null, userErrors: refusedWith(created.error, CREATE) }

const NOT_FOUND = { field: ['organizationId'], message: 'There is no such organization.' }
const REASON_INVALID = { field: ['reason'], message: 'A reason has 3 to 500 printable characters.' }

const SUSPEND: Refusals<SuspendOrganizationRefusal> = {
  NOT_FOUND,
  ALREADY_SUSPENDED: { field: ['organizationId'], message: 'The organization is suspended already.' },
  REASON_INVALID,
}

const RESUME: Refusals<ResumeOrganizationRefusal> = {
  NOT_FOUND,
  NOT_SUSPENDED: { field: ['organizationId'], message: 'The organization is not suspended.' },
  REASON_INVALID,
}

export const suspendOrganizationPayload = (changed: Result<OrganizationStatus, SuspendOrganizationRefusal>) =>
  changed.ok
    ? { organization: changed.value, userErrors: [] }
    : { organization: null, userErrors: refusedWith(changed.error, SUSPEND) }

export const resumeOrganizationPayload = (changed: Result<OrganizationStatus, ResumeOrganizationRefusal>) =>
  changed.ok
    ? { organization: changed.value, userErrors: [] }
    : { organization: null, userErrors: refusedWith(changed.error, RESUME) }
