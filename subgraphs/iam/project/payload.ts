import type { Result } from '../../../platform/result/result.ts'
import { refusedWith, type Refusals } from '../../../platform/graphql/user-errors.ts'
import type { CreateProjectRefusal, Project } from './model.ts'

const REFUSALS: Refusals<CreateProjectRefusal> = {
  NAME_INVALID: { field: ['name'], message: 'A name has 2 to 80 printable characters.' },
  SLUG_INVALID: {
    field: ['slug'],
    message: 'A slug has 3 to 40 lower-case letters, digits and inner hyphens. Give one where the name makes none.',
  },
  SLUG_TAKEN: { field: ['slug'], message: 'Another project of the organization has this slug.' },
  DEPARTMENT_NOT_FOUND: { field: ['departmentId'], message: 'The organization has no such department.' },
  CROSS_ORG_REFERENCE: {
    field: ['departmentId'],
    message: 'The department belongs to another organization than the project.',
  },
}

export const createProjectPayload = (created: Result<Project, CreateProjectRefusal>) =>
  created.ok
    ? { project: created.value, userErrors: [] }
    : { project: null, userErrors: refusedWith(created.error, REFUSALS) }
