import type { Result } from '../../../platform/result/result.ts'
import { MAX_FOUNDED_ORGANIZATIONS, type CreateOrganizationRefusal, type Organization } from './model.ts'

const REFUSALS: Readonly<
  Record<CreateOrganizationRefusal, { readonly field: readonly string[]; readonly message: string }>
> = {
  NAME_INVALID: { field: ['name'], message: 'A name has 2 to 80 printable characters.' },
  SLUG_INVALID: { field: ['slug'], message: 'A slug has 3 to 40 lower-case letters, digits and inner hyphens.' },
  SLUG_TAKEN: { field: ['slug'], message: 'Another organization has this slug.' },
  LIMIT_REACHED: { field: [], message: `One user may own ${String(MAX_FOUNDED_ORGANIZATIONS)} organizations.` },
}

export const createOrganizationPayload = (created: Result<Organization, CreateOrganizationRefusal>) =>
  created.ok
    ? { organization: created.value, userErrors: [] }
    : { organization: null, userErrors: [{ code: created.error, ...REFUSALS[created.error] }] }
