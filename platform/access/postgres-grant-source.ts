import type { Pool } from 'pg'
import { NO_GRANTS, type Grants, type GrantSource, type OrganizationGrants, type ProjectGrants } from './grants.ts'
import type { ServiceAccountPrincipal, UserPrincipal } from './principal.ts'
import { asFault } from '../database/faults.ts'
import { parseId, type Uuid } from '../ids/id.ts'

export interface PostgresGrantSourceParts {
  /** Connected with the role that may read `iam.access_grants` and nothing else (R90). */
  readonly pool: Pick<Pool, 'query'>
  /** The capabilities of a role; the empty set for a role that this process does not know. */
  readonly capabilitiesOf: (role: string) => ReadonlySet<string>
  /** What service accounts may hold at all, whatever a key says. */
  readonly serviceAccountCapabilities: ReadonlySet<string>
}

/** One scope that a subject reaches. A user without any membership has one row of kind `user`. */
type GrantRow = { readonly user_id: Uuid; readonly disabled: boolean; readonly suspended: boolean } & (
  | { readonly kind: 'user' }
  | { readonly kind: 'platform'; readonly role: string }
  | { readonly kind: 'organization'; readonly role: string; readonly org_id: Uuid; readonly since: Date }
  | { readonly kind: 'project'; readonly role: string; readonly org_id: Uuid; readonly project_id: Uuid }
)

// Named, so that each connection plans it once.
const QUERY = {
  name: 'access-grants',
  text: 'select kind, user_id, disabled, suspended, role, org_id, project_id, since from iam.access_grants where subject = $1',
}

/** What a live key reaches: its account's project, and nothing besides. */
interface KeyRow {
  readonly org_id: Uuid
  readonly project_id: Uuid
  readonly capabilities: readonly string[]
  readonly disabled: boolean
  readonly suspended: boolean
}

const KEY_QUERY = {
  name: 'access-key-grants',
  text: `select org_id, project_id, capabilities, disabled, suspended from iam.access_keys
         where key_id = $1 and service_account_id = $2 and project_id = $3`,
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
          since: held?.since !== undefined && held.since < row.since ? held.since : row.since,
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

const keyGrants = ({ org_id, project_id, ...key }: KeyRow, ceiling: ReadonlySet<string>): Grants => ({
  ...NO_GRANTS,
  disabled: key.disabled,
  projects: new Map([
    [
      project_id,
      {
        organizationId: org_id,
        suspended: key.suspended,
        capabilities: new Set(key.capabilities).intersection(ceiling),
      },
    ],
  ]),
})

/**
 * Reads grants from iam's views: active memberships and live keys only; what was removed, archived, revoked or has
 * expired never appears, so that it grants nothing inside an internal token that still lives. A suspended service
 * account is disabled. Rejects with `DATABASE_UNAVAILABLE` while nobody can tell.
 */
export const createPostgresGrantSource = (parts: PostgresGrantSourceParts): GrantSource => {
  const { pool, capabilitiesOf, serviceAccountCapabilities } = parts

  const ofUser = async ({ subject }: UserPrincipal): Promise<Grants> => {
    const { rows } = await pool.query<GrantRow>({ ...QUERY, values: [subject] })
    return rows.length === 0 ? NO_GRANTS : fold(rows, capabilitiesOf)
  }

  const ofKey = async ({ serviceAccountId, apiKeyId }: ServiceAccountPrincipal): Promise<Grants> => {
    const [account, key] = [parseId('sva', serviceAccountId), parseId('key', apiKeyId)]
    if (!account.ok || !key.ok || account.value.scope !== key.value.scope) return NO_GRANTS
    const values = [key.value.local, account.value.local, account.value.scope]
    const [row] = (await pool.query<KeyRow>({ ...KEY_QUERY, values })).rows
    return row === undefined ? NO_GRANTS : keyGrants(row, serviceAccountCapabilities)
  }

  return {
    load: async (principal) => {
      try {
        switch (principal.kind) {
          case 'user':
            return await ofUser(principal)
          case 'service-account':
            return await ofKey(principal)
          case 'anonymous':
            return NO_GRANTS
        }
      } catch (error) {
        throw asFault(error)
      }
    },
  }
}
