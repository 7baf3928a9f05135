import type { OrganizationGrant } from '../../../platform/access/authorize.ts'
import type { OrganizationSetScope, ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import { projectCreated } from '../../../platform/events/catalogue.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { departmentIn } from '../department/model.ts'
import { parseDisplayName, parseSlug, slugOf } from '../naming.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { IamUnits } from '../units.ts'
import { newProject, type CreateProjectRefusal, type Project } from './model.ts'

export interface ProjectDependencies {
  readonly units: IamUnits
  readonly clock: Clock
  readonly ids: IdGenerator
}

export interface CreateProject {
  readonly name: string
  readonly slug?: string | null | undefined
  /** The text of a department's id; left out, the organization's default department. */
  readonly departmentId?: string | null | undefined
}

export type ProjectService = ReturnType<typeof projectService>

export const projectService = ({ units, clock, ids }: ProjectDependencies) => ({
  /** Those of the set that exist, with their departments, in no order. */
  findAll: (scope: ProjectSetScope): Promise<Project[]> =>
    units.projectSet.read(scope, ({ projects }) => projects.all()),

  page: (scope: ProjectSetScope, page: IdPage): Promise<Project[]> =>
    units.projectSet.read(scope, ({ projects }) => projects.page(page)),

  total: (scope: ProjectSetScope): Promise<number> => units.projectSet.read(scope, ({ projects }) => projects.total()),

  /** How many each organization has. */
  totalsOfOrganizations: (scope: OrganizationSetScope): Promise<ReadonlyMap<Uuid, number>> =>
    units.organizationSet.read(scope, ({ projects }) => projects.totals()),

  pageOfOrganization: ({ scope }: OrganizationGrant<'ORGANIZATION_READ'>, page: IdPage): Promise<Project[]> =>
    units.organization.read(scope, ({ projects }) => projects.page(page)),

  create: (
    grant: OrganizationGrant<'PROJECT_CREATE'>,
    input: CreateProject,
  ): Promise<Result<Project, CreateProjectRefusal>> => {
    const name = parseDisplayName(input.name)
    if (!name.ok) return Promise.resolve(name)
    const slug = typeof input.slug === 'string' ? parseSlug(input.slug) : slugOf(name.value)
    if (!slug.ok) return Promise.resolve(slug)
    const wanted = departmentIn(grant.scope.organizationId, input.departmentId ?? undefined)
    if (!wanted.ok) return Promise.resolve(wanted)

    return units.organization.write(grant, async ({ departments, projects, audit, outbox }) => {
      const department = await (wanted.value ? departments.find(wanted.value.local) : departments.findDefault())
      if (!department) return err('DEPARTMENT_NOT_FOUND')
      const project = newProject({
        local: ids.next(),
        organization: grant.scope.organizationId,
        department: department.id.local,
        name: name.value,
        slug: slug.value,
        createdAt: clock.now(),
      })
      if (!(await projects.insert(project))) return err('SLUG_TAKEN')
      audit.succeeded('iam.project.create', project.id.text)
      const owner = { organizationId: grant.scope.organizationId, projectId: project.id.local }
      outbox.add(projectCreated.create(owner, { projectId: project.id.local, departmentId: department.id.local }))
      return ok(project)
    })
  },
})
