import { ownedId, selfId, type OrganizationId, type ProjectId, type Uuid } from '../../../platform/ids/id.ts'
import type { Department, DepartmentId } from '../department/model.ts'
import type { DisplayName, Slug } from '../naming.ts'

export interface Project {
  readonly id: ProjectId
  readonly organizationId: OrganizationId
  readonly departmentId: DepartmentId
  /** Where it was read with the project; who may read the one may not see the other for that. */
  readonly department?: Department
  readonly slug: string
  readonly name: string
  readonly createdAt: Date
}

export type CreateProjectRefusal =
  'NAME_INVALID' | 'SLUG_INVALID' | 'SLUG_TAKEN' | 'DEPARTMENT_NOT_FOUND' | 'CROSS_ORG_REFERENCE'

export interface NewProject {
  readonly local: Uuid
  readonly organization: Uuid
  readonly department: Uuid
  readonly name: DisplayName
  readonly slug: Slug
  readonly createdAt: Date
}

/** A project always has a department of its own organization (R3, R4): both are made of one `organization`. */
export const newProject = ({ local, organization, department, ...rest }: NewProject): Project => ({
  id: selfId('prj', local),
  organizationId: selfId('org', organization),
  departmentId: ownedId('dep', organization, department),
  ...rest,
})
