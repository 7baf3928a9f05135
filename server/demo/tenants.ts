import { DEMO_USERS, type DemoEmail } from '../../identity/demo-users.ts'
import type { MemberRole } from './rows.ts'
import { demoUuid } from './demo-id.ts'

/** When the demo organizations were founded; their parts follow a minute apart, so that lists have an order. */
export const FOUNDED = new Date('2026-01-05T09:00:00Z')
const minute = (n: number) => new Date(FOUNDED.getTime() + n * 60_000)

const made = (label: string, at: number) => ({ id: demoUuid(label, minute(at)), createdAt: minute(at) })

export const northwind = { ...made('org northwind', 0), slug: 'northwind', name: 'Northwind Robotics' }
export const aurora = { ...made('org aurora', 1), slug: 'aurora', name: 'Aurora Labs' }
export const organizations = [northwind, aurora]

const northwindDefault = {
  ...made('dep northwind default', 2),
  organization: northwind,
  name: 'Default',
  isDefault: true,
}
const northwindResearch = {
  ...made('dep northwind research', 3),
  organization: northwind,
  name: 'Research',
  isDefault: false,
}
const auroraDefault = { ...made('dep aurora default', 4), organization: aurora, name: 'Default', isDefault: true }
export const departments = [northwindDefault, northwindResearch, auroraDefault]

const project = (slug: string, name: string, department: (typeof departments)[number], at: number) => ({
  ...made(`prj ${slug}`, at),
  slug,
  name,
  department,
  organization: department.organization,
})

export const vision = project('vision', 'Vision', northwindDefault, 5)
export const planning = project('planning', 'Planning', northwindDefault, 6)
export const simulation = project('simulation', 'Simulation', northwindResearch, 7)
export const telescope = project('telescope', 'Telescope', auroraDefault, 8)
export const survey = project('survey', 'Survey', auroraDefault, 9)
export const projects = [vision, planning, simulation, telescope, survey]

export const users = DEMO_USERS.map((user, index) => ({ ...made(`usr ${user.email}`, 10 + index), ...user }))

export const userOf = (email: DemoEmail): (typeof users)[number] => {
  const user = users.find((candidate) => candidate.email === email)
  if (user === undefined) throw new Error(`There is no demo user ${email}`)
  return user
}

const inOrganization = (email: DemoEmail, organization: (typeof organizations)[number], role: MemberRole) => ({
  id: demoUuid(`mbr ${email} ${organization.slug}`, minute(30)),
  user: userOf(email),
  organization,
  role,
})

const inProject = (email: DemoEmail, of: (typeof projects)[number], role: MemberRole) => ({
  id: demoUuid(`mbr ${email} ${of.slug}`, minute(31)),
  user: userOf(email),
  project: of,
  role,
})

export const organizationMemberships = [
  inOrganization('owner@northwind.example', northwind, 'owner'),
  inOrganization('billing@northwind.example', northwind, 'billing'),
  inOrganization('disabled@northwind.example', northwind, 'owner'),
  inOrganization('owner@aurora.example', aurora, 'owner'),
]

export const projectMemberships = [
  inProject('developer@northwind.example', vision, 'developer'),
  inProject('developer@northwind.example', planning, 'developer'),
  inProject('viewer@northwind.example', vision, 'viewer'),
  inProject('developer@aurora.example', telescope, 'developer'),
]
