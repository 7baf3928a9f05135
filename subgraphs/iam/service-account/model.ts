import { ownedId, type Id, type Uuid } from '../../../platform/ids/id.ts'
import type { DepartmentId } from '../department/model.ts'
import type { DisplayName } from '../naming.ts'

export type ServiceAccountId = Id<'sva'>

export interface ServiceAccount {
  readonly id: ServiceAccountId
  readonly departmentId: DepartmentId
  readonly name: string
  readonly createdAt: Date
  readonly suspendedAt: Date | null
}

/** How many accounts a project may have. */
export const MAX_SERVICE_ACCOUNTS = 100

export interface NewServiceAccount {
  readonly local: Uuid
  readonly project: Uuid
  readonly departmentId: DepartmentId
  readonly name: DisplayName
  readonly createdAt: Date
}

/** An account belongs to a project and is counted to a department of the same organization (R16, R4). */
export const newServiceAccount = ({ local, project, ...rest }: NewServiceAccount): ServiceAccount => ({
  id: ownedId('sva', project, local),
  ...rest,
  suspendedAt: null,
})

export const stateOf = ({ suspendedAt }: ServiceAccount): 'ACTIVE' | 'SUSPENDED' =>
  suspendedAt === null ? 'ACTIVE' : 'SUSPENDED'

export type CreateServiceAccountRefusal =
  'NAME_INVALID' | 'NAME_TAKEN' | 'DEPARTMENT_NOT_FOUND' | 'CROSS_ORG_REFERENCE' | 'LIMIT_REACHED'
export type SuspendServiceAccountRefusal = 'NOT_FOUND' | 'ALREADY_SUSPENDED'
export type ResumeServiceAccountRefusal = 'NOT_FOUND' | 'NOT_SUSPENDED'
export type DeleteServiceAccountRefusal = 'NOT_FOUND'
