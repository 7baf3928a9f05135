import { ownedId, type Id, type OrganizationId, type Uuid } from '../../../platform/ids/id.ts'

export type DepartmentId = Id<'dep'>

export interface Department {
  readonly id: DepartmentId
  readonly name: string
  readonly isDefault: boolean
  readonly createdAt: Date
}

/** Made with its organization, so that every project always has a department (R3). */
export const defaultDepartment = (organization: OrganizationId, local: Uuid, createdAt: Date): Department => ({
  id: ownedId('dep', organization.local, local),
  name: 'Default',
  isDefault: true,
  createdAt,
})
