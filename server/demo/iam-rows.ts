import { tableRows, userRows, type TableRows } from './rows.ts'
import {
  departments,
  organizationMemberships,
  organizations,
  projectMemberships,
  projects,
  userOf,
  users,
} from './tenants.ts'

export const iamRows = (): TableRows[] => [
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
]
