/**
 * Every capability, with the description that the graph's enum `Capability` shows. The one source: the enum, the
 * compiler's type and the roles below are made from it.
 */
export const CAPABILITIES = {
  ORGANIZATION_READ: 'See the organization and its settings.',
  DEPARTMENT_READ: 'See the departments of the organization.',
  MEMBERSHIP_READ: 'See who is a member, and with which role.',
  MEMBERSHIP_ADD: 'Add members, with roles that grant no more than the caller has.',
  MEMBERSHIP_CHANGE: 'Give members other roles, within what the caller has.',
  MEMBERSHIP_REMOVE: 'Remove members.',
  SERVICE_ACCOUNT_READ: 'See the service accounts of the project.',
  SERVICE_ACCOUNT_CREATE: 'Make service accounts in the project.',
  SERVICE_ACCOUNT_SUSPEND: 'Suspend and resume service accounts of the project.',
  SERVICE_ACCOUNT_DELETE: 'Delete service accounts of the project, with their keys.',
  API_KEY_READ: 'See which keys a service account has; never their secrets.',
  API_KEY_CREATE: 'Make keys for service accounts, with capabilities that the caller has.',
  API_KEY_ROTATE: 'Replace keys whose capabilities the caller has.',
  API_KEY_REVOKE: 'End keys at once.',
  AUDIT_READ: 'See who did what in the organization, and who was denied what.',
  PROJECT_READ: 'See the project.',
  PROJECT_CREATE: 'Create projects in the organization.',
  COMPUTE_CAPACITY_READ: 'See what capacity the project could allocate now.',
  COMPUTE_ALLOCATION_READ: 'See the allocations of the project.',
  COMPUTE_ALLOCATION_CREATE: 'Allocate machines for the project.',
  COMPUTE_ALLOCATION_RELEASE: 'Release allocations of the project.',
  COMPUTE_TERMINAL_OPEN: 'Open terminals in allocations of the project, and attach to one’s own again.',
  COMPUTE_TERMINAL_MANAGE: 'Follow and end the terminal sessions of others in the project; never to attach to them.',
  APP_READ: 'See the apps of the project, with their environments.',
  APP_CREATE: 'Create apps and environments in the project.',
  APP_RELEASE_READ: 'See the releases of an app.',
  APP_RELEASE_CREATE: 'Register releases of an app.',
  APP_RELEASE_DEPLOY: 'Make a release the current one of an environment.',
  APP_ROUTE_READ: 'See the routes of an app.',
  APP_ROUTE_CREATE: 'Bind hostnames to an app.',
  APP_SECRET_LIST: 'See which secrets an environment has; never their values.',
  APP_SECRET_WRITE: 'Give secrets of an environment a value, and delete them.',
  APP_SECRET_READ: 'Reveal the values of secrets.',
  STORAGE_BUCKET_READ: 'See the buckets of the project.',
  STORAGE_BUCKET_CREATE: 'Create buckets in the project.',
  STORAGE_GRANT_READ: 'See which other projects may use a bucket.',
  STORAGE_GRANT_CREATE: 'Let other projects use a bucket.',
  STORAGE_GRANT_REVOKE: 'End the use of a bucket by another project.',
  BILLING_ACCOUNT_READ: 'See the billing account of the organization and its balance.',
  BILLING_LEDGER_READ: 'See the ledger of the organization, entry by entry.',
  BILLING_SPEND_READ: 'See what the project has spent.',
  WEBHOOK_READ: 'See the webhook endpoints of the organization, and what was delivered to them.',
  WEBHOOK_MANAGE: 'Register webhook endpoints, change them, rotate their secrets and have deliveries repeated.',
  PLATFORM_STATUS_READ: 'See the state of the platform’s own components.',
  PLATFORM_AUDIT_READ: 'See the audit log of the platform itself.',
  PLATFORM_NODE_READ: 'See the nodes of the platform and their slots.',
  PLATFORM_USER_DISABLE: 'Disable and enable users.',
  PLATFORM_ORGANIZATION_SUSPEND: 'Suspend and resume organizations.',
  PLATFORM_NOTIFICATION_BROADCAST: 'Tell everybody, or the members of an organization.',
} as const

export type Capability = keyof typeof CAPABILITIES

/** The roles of memberships, and the one of the platform's own staff. */
export type Role = 'owner' | 'developer' | 'viewer' | 'billing' | 'operator'

const VIEWER = [
  'ORGANIZATION_READ',
  'DEPARTMENT_READ',
  'PROJECT_READ',
  'COMPUTE_CAPACITY_READ',
  'COMPUTE_ALLOCATION_READ',
  'APP_READ',
  'APP_RELEASE_READ',
  'APP_ROUTE_READ',
  'STORAGE_BUCKET_READ',
  'STORAGE_GRANT_READ',
  'BILLING_SPEND_READ',
] as const satisfies readonly Capability[]

const DEVELOPER = [
  ...VIEWER,
  'MEMBERSHIP_READ',
  'SERVICE_ACCOUNT_READ',
  'API_KEY_READ',
  'API_KEY_CREATE',
  'API_KEY_ROTATE',
  'API_KEY_REVOKE',
  'COMPUTE_ALLOCATION_CREATE',
  'COMPUTE_ALLOCATION_RELEASE',
  'COMPUTE_TERMINAL_OPEN',
  'APP_CREATE',
  'APP_RELEASE_CREATE',
  'APP_RELEASE_DEPLOY',
  'APP_ROUTE_CREATE',
  'APP_SECRET_LIST',
  'APP_SECRET_WRITE', // and not APP_SECRET_READ: who deploys does not read (R15)
  'STORAGE_BUCKET_CREATE',
] as const satisfies readonly Capability[]

const BILLING = [
  'ORGANIZATION_READ',
  'DEPARTMENT_READ',
  'PROJECT_READ',
  'BILLING_ACCOUNT_READ',
  'BILLING_LEDGER_READ',
  'BILLING_SPEND_READ',
] as const satisfies readonly Capability[]

const OPERATOR = [
  'PLATFORM_STATUS_READ',
  'PLATFORM_AUDIT_READ',
  'PLATFORM_NODE_READ',
  'PLATFORM_USER_DISABLE',
  'PLATFORM_ORGANIZATION_SUSPEND',
  'PLATFORM_NOTIFICATION_BROADCAST',
] as const satisfies readonly Capability[]

const OWNER = [
  ...DEVELOPER,
  'COMPUTE_TERMINAL_MANAGE',
  'APP_SECRET_READ',
  'AUDIT_READ',
  'PROJECT_CREATE',
  'MEMBERSHIP_ADD',
  'MEMBERSHIP_CHANGE',
  'MEMBERSHIP_REMOVE',
  'SERVICE_ACCOUNT_CREATE',
  'SERVICE_ACCOUNT_SUSPEND',
  'SERVICE_ACCOUNT_DELETE',
  'STORAGE_GRANT_CREATE',
  'STORAGE_GRANT_REVOKE',
  'BILLING_ACCOUNT_READ',
  'BILLING_LEDGER_READ',
  'WEBHOOK_READ',
  'WEBHOOK_MANAGE',
] as const satisfies readonly Capability[]

/**
 * What a key of a service account may hold: the work of one project. Who may do what is for people to decide, so that
 * no key makes another key, an account or a member; and what an organization or the platform owns is out of a project's
 * account's reach anyway.
 */
const SERVICE_ACCOUNT = [
  'PROJECT_READ',
  'COMPUTE_CAPACITY_READ',
  'COMPUTE_ALLOCATION_READ',
  'COMPUTE_ALLOCATION_CREATE',
  'COMPUTE_ALLOCATION_RELEASE',
  'COMPUTE_TERMINAL_OPEN',
  'APP_READ',
  'APP_CREATE',
  'APP_RELEASE_READ',
  'APP_RELEASE_CREATE',
  'APP_RELEASE_DEPLOY',
  'APP_ROUTE_READ',
  'APP_ROUTE_CREATE',
  'APP_SECRET_LIST',
  'APP_SECRET_WRITE',
  'APP_SECRET_READ',
  'STORAGE_BUCKET_READ',
  'STORAGE_BUCKET_CREATE',
  'STORAGE_GRANT_READ',
  'STORAGE_GRANT_CREATE',
  'STORAGE_GRANT_REVOKE',
  'BILLING_SPEND_READ',
] as const satisfies readonly Capability[]

export const SERVICE_ACCOUNT_CAPABILITIES: ReadonlySet<Capability> = new Set(SERVICE_ACCOUNT)

/**
 * What each role may do. Where it may do it is the membership's matter: one of an organization reaches the
 * organization and all its projects, one of a project that project alone, and `operator` no tenant at all.
 */
export const ROLE_CAPABILITIES: Readonly<Record<Role, ReadonlySet<Capability>>> = {
  owner: new Set(OWNER),
  developer: new Set(DEVELOPER),
  viewer: new Set(VIEWER),
  billing: new Set(BILLING),
  operator: new Set(OPERATOR),
}

const NOTHING: ReadonlySet<string> = new Set()

const isRole = (text: string): text is Role => Object.hasOwn(ROLE_CAPABILITIES, text)

/** A role that this process does not know grants nothing. */
export const capabilitiesOf = (role: string): ReadonlySet<string> => (isRole(role) ? ROLE_CAPABILITIES[role] : NOTHING)

/** The enum as it stands in the SDL of every subgraph. */
export const capabilityEnumSdl = (): string => {
  const values = Object.entries(CAPABILITIES).map(([name, description]) => `  "${description}"\n  ${name}\n`)
  return `"What a rule of the scope family may ask for. New values may be added; a client treats an unknown one as text."\nenum Capability {\n${values.join('')}}\n`
}
