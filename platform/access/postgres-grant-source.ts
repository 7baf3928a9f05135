import type { Pool } from 'pg'
import { NO_GRANTS, type Grants, type GrantSource, type OrganizationGrants, type ProjectGrants } from './grants.ts'
import type { Uuid } from '../ids/id.ts'

export interface PostgresGrantSourceParts {
  /** Connected with the role that may read `iam.access_grants` and nothing else (R90). */
  readonly pool: Pick<Pool, 'query'>
  /** The capabilities of a role; the empty set for a role that this process does not know. */
  readonly capabilitiesOf: (role: string) => ReadonlySet<string>
}

/** One scope that a subject reaches. A user without any membership has one row of kind `user`. */
type GrantRow = { readonly user_id: Uuid; readonly disabled: boolean; readonly suspended: boolean } & (
  | { readonly kind: 'user' }
  | { readonly kind: 'platform'; readonly role: string }
  | { readonly kind: 'organization'; readonly role: string; readonly org_id: Uuid }
  | { readonly kind: 'project'; readonly role: string; readonly org_id: Uuid; readonly project_id: Uuid }
)

// Named, so that each connection plans it once.
const QUERY = {
  name: 'access-grants',
  text: 'select kind, user_id, disabled, suspended, role, org_id, project_id from iam.access_grants where subject = $1',
}

const union = (held: ReadonlySet<string> | undefined, more: ReadonlySet<string>): ReadonlySet<string> =>
  held === undefined || held === more ? more : held.union(more)

/** Folds the rows of one subject. Two roles in one scope add up; a scope is suspended when any row says so. */
const fold = (rows: readonly GrantRow[], capabilitiesOf: (role: string) => ReadonlySet<string>): Grants => {
  const organizations = new Map<Uuid, OrganizationGrants>()
  const projects = new Map<Uuid, ProjectGrants>()
  let platform: ReadonlySet<string> = new Set()
  for (const row of rows) {
    switch (row.kind) {
      case 'user':
        break
      case 'platform':
        platform = union(platform, capabilitiesOf(row.role))
        break
      case 'organization': {
        const held = organizations.get(row.org_id)
        organizations.set(row.org_id, {
          suspended: row.suspended || held?.suspended === true,
          capabilities: union(held?.capabilities, capabilitiesOf(row.role)),
        })
        break
      }
      case 'project': {
        const held = projects.get(row.project_id)
        projects.set(row.project_id, {
          organizationId: row.org_id,
          suspended: row.suspended || held?.suspended === true,
          capabilities: union(held?.capabilities, capabilitiesOf(row.role)),
        })
        break
      }
    }
  }
  return { userId: rows[0]?.user_id, disabled: rows.some((row) => row.disabled), platform, organizations, projects }
}

/**
 * Reads grants from iam's view: active memberships only, removed and archived things never appear. Users have rows;
 * every other principal is granted nothing.
 */
export const createPostgresGrantSource = ({ pool, capabilitiesOf }: PostgresGrantSourceParts): GrantSource => ({
  load: async (principal) => {
    if (principal.kind !== 'user') return NO_GRANTS
    const { rows } = await pool.query<GrantRow>({ ...QUERY, values: [principal.subject] })
    return rows.length === 0 ? NO_GRANTS : fold(rows, capabilitiesOf)
  },
})
