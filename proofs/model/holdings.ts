/**
 * Who holds what, written down a second time and by hand: the model must not learn it from the code under test. A
 * capability that is missing here is held by nobody, and the proof fails for want of a caller who is allowed.
 */
const PROJECT_VIEWER = [
  'PROJECT_READ',
  'ORGANIZATION_READ',
  'DEPARTMENT_READ',
  'COMPUTE_CAPACITY_READ',
  'COMPUTE_ALLOCATION_READ',
  'APP_READ',
  'APP_RELEASE_READ',
  'APP_ROUTE_READ',
  'STORAGE_BUCKET_READ',
  'STORAGE_GRANT_READ',
  'BILLING_SPEND_READ',
]

const PROJECT_DEVELOPER = [
  ...PROJECT_VIEWER,
  'MEMBERSHIP_READ',
  'COMPUTE_ALLOCATION_CREATE',
  'COMPUTE_ALLOCATION_RELEASE',
  'APP_CREATE',
  'APP_RELEASE_CREATE',
  'APP_RELEASE_DEPLOY',
  'APP_ROUTE_CREATE',
  'STORAGE_BUCKET_CREATE',
]

const MONEY = ['BILLING_ACCOUNT_READ', 'BILLING_LEDGER_READ']

/** By the role of a membership. */
export const HELD_BY_ROLE: Readonly<Record<string, readonly string[]>> = {
  viewer: PROJECT_VIEWER,
  developer: PROJECT_DEVELOPER,
  billing: ['ORGANIZATION_READ', 'DEPARTMENT_READ', 'PROJECT_READ', 'BILLING_SPEND_READ', ...MONEY],
  owner: [...PROJECT_DEVELOPER, 'PROJECT_CREATE', 'STORAGE_GRANT_CREATE', 'STORAGE_GRANT_REVOKE', ...MONEY],
  operator: ['PLATFORM_STATUS_READ', 'PLATFORM_NODE_READ'],
}
