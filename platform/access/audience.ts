import type { Pool } from 'pg'
import type { ProjectScope } from './scope.ts'
import type { Uuid } from '../ids/id.ts'

/** Who holds a capability in a project: for telling people what happened there, never for deciding. */
export type Audience = (capability: string, scope: ProjectScope) => Promise<readonly Uuid[]>

export interface PostgresAudienceParts {
  /** Connected with the role that may read `iam.access_grants` and nothing else (R90). */
  readonly pool: Pick<Pool, 'query'>
  readonly capabilitiesOf: (role: string) => ReadonlySet<string>
}

interface HolderRow {
  readonly user_id: Uuid
  readonly role: string
}

const QUERY = {
  name: 'audience',
  text: `select distinct user_id, role from iam.access_grants
         where kind = 'project' and org_id = $1 and project_id = $2 and not disabled and not suspended`,
}

export const createPostgresAudience =
  ({ pool, capabilitiesOf }: PostgresAudienceParts): Audience =>
  async (capability, { organizationId, projectId }) => {
    const { rows } = await pool.query<HolderRow>({ ...QUERY, values: [organizationId, projectId] })
    return [...new Set(rows.filter(({ role }) => capabilitiesOf(role).has(capability)).map(({ user_id }) => user_id))]
  }
