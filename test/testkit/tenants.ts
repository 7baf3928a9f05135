import type { Client } from 'pg'
import { projectScope, type ProjectScope } from '../../platform/access/scope.ts'
import { systemIds } from '../../platform/ids/generator.ts'

/** Two organizations with two projects each, as rows and scopes: the least that can be mixed up. */
export interface Tenants {
  readonly a1: ProjectScope
  readonly a2: ProjectScope
  readonly b1: ProjectScope
  readonly b2: ProjectScope
  readonly departments: { readonly a: string; readonly b: string }
}

/** Writes them as the owner, above every policy. */
export const insertTenants = async (owner: Client): Promise<Tenants> => {
  const organization = async (slug: string) => {
    const [id, department, first, second] = [systemIds.next(), systemIds.next(), systemIds.next(), systemIds.next()]
    await owner.query('insert into iam.organizations (id, slug, name, created_at) values ($1, $2, $2, now())', [
      id,
      slug,
    ])
    await owner.query(
      `insert into iam.departments (org_id, id, name, is_default, created_at) values ($1, $2, 'Main', true, now())`,
      [id, department],
    )
    for (const [index, project] of [first, second].entries()) {
      await owner.query(
        'insert into iam.projects (org_id, id, department_id, slug, name, created_at) values ($1, $2, $3, $4, $4, now())',
        [id, project, department, `project-${String(index + 1)}`],
      )
    }
    return { department, first: projectScope(id, first), second: projectScope(id, second) }
  }
  const a = await organization('organization-a')
  const b = await organization('organization-b')
  return {
    ...{ a1: a.first, a2: a.second, b1: b.first, b2: b.second },
    departments: { a: a.department, b: b.department },
  }
}
