import { hashApiKey } from '../../platform/access/api-key.ts'
import type { Peppers } from '../../platform/crypto/peppers.ts'
import { selfId } from '../../platform/ids/id.ts'
import { tableRows, userRows, type TableRows } from './rows.ts'
import { demoKey, demoKeySecret, serviceAccounts, type DemoServiceAccount } from './service-accounts.ts'
import {
  departments,
  northwind,
  organizationMemberships,
  organizations,
  projectMemberships,
  projects,
  userOf,
  users,
} from './tenants.ts'

/** How long a demo key is good: as long as any may be. */
const KEY_LIFE_MS = 365 * 24 * 60 * 60_000

/** Keys only where this process knows the pepper that the gateway checks them with. */
const keyRows = (now: Date, peppers: Peppers): TableRows =>
  tableRows(
    'iam',
    'iam.api_keys',
    serviceAccounts.map((account) => {
      const secret = demoKeySecret(peppers, account)
      const { hash, pepperId } = hashApiKey(peppers, { keyId: account.keyId, secret })
      return {
        org_id: account.project.organization.id,
        project_id: account.project.id,
        id: account.keyId,
        service_account_id: account.id,
        capabilities: account.capabilities,
        secret_hash: hash,
        pepper_id: pepperId,
        last_four: demoKey(peppers, account).slice(-4),
        created_by: selfId('usr', ownerOf(account).id).text,
        created_at: now,
        expires_at: new Date(now.getTime() + KEY_LIFE_MS),
      }
    }),
  )

const ownerOf = ({ project }: DemoServiceAccount) =>
  userOf(project.organization === northwind ? 'owner@northwind.example' : 'owner@aurora.example')

export const iamRows = (now: Date, peppers: Peppers | undefined): TableRows[] => [
  tableRows(
    'iam',
    'iam.organizations',
    organizations.map(({ id, slug, name, createdAt }) => ({ id, slug, name, created_at: createdAt })),
  ),
  tableRows(
    'iam',
    'iam.departments',
    departments.map(({ id, organization, name, isDefault, createdAt }) => ({
      org_id: organization.id,
      id,
      name,
      is_default: isDefault,
      created_at: createdAt,
    })),
  ),
  tableRows(
    'iam',
    'iam.projects',
    projects.map(({ id, organization, department, slug, name, createdAt }) => ({
      org_id: organization.id,
      id,
      department_id: department.id,
      slug,
      name,
      created_at: createdAt,
    })),
  ),
  userRows(
    'iam',
    'iam.users',
    'id',
    users.map(({ id, subject, email, name, createdAt }) => ({
      id,
      subject,
      email,
      display_name: name,
      disabled_at: email === 'disabled@northwind.example' ? createdAt : null,
      created_at: createdAt,
    })),
  ),
  tableRows('owner', 'iam.platform_roles', [
    {
      user_id: userOf('operator@gpuaas.example').id,
      role: 'operator',
      created_at: userOf('operator@gpuaas.example').createdAt,
    },
  ]),
  tableRows(
    'iam',
    'iam.organization_memberships',
    organizationMemberships.map(({ id, organization, user, role }) => ({
      org_id: organization.id,
      id,
      user_id: user.id,
      role,
      created_at: organization.createdAt,
    })),
  ),
  tableRows(
    'iam',
    'iam.project_memberships',
    projectMemberships.map(({ id, project, user, role }) => ({
      org_id: project.organization.id,
      project_id: project.id,
      id,
      user_id: user.id,
      role,
      created_at: project.createdAt,
    })),
  ),
  tableRows(
    'iam',
    'iam.service_accounts',
    serviceAccounts.map(({ id, project, name, isSuspended, createdAt }) => ({
      org_id: project.organization.id,
      project_id: project.id,
      id,
      department_id: project.department.id,
      name,
      created_at: createdAt,
      suspended_at: isSuspended ? createdAt : null,
    })),
  ),
  ...(peppers ? [keyRows(now, peppers)] : []),
]
