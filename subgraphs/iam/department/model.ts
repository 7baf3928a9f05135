import { ownedId, parseId, type Id, type OrganizationId, type Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'

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

/** The department that an input names, if any; of another organization it is refused before anything is read (R4). */
export const departmentIn = (
  organization: Uuid,
  text: string | undefined,
): Result<DepartmentId | undefined, 'DEPARTMENT_NOT_FOUND' | 'CROSS_ORG_REFERENCE'> => {
  if (text === undefined) return ok(undefined)
  const id = parseId('dep', text)
  if (!id.ok) return err('DEPARTMENT_NOT_FOUND')
  return id.value.scope === organization ? id : err('CROSS_ORG_REFERENCE')
}
