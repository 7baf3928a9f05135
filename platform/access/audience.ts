import type { Pool } from 'pg'
import type { OrganizationScope, ProjectScope } from './scope.ts'
import type { Uuid } from '../ids/id.ts'

/**
 * Who holds a capability in a project or organization: for telling people what happened there, never for deciding. Of an
 * organization that is suspended they are told as well: why they are denied is for them to know.
 */
export type Audience = (capability: string, scope: ProjectScope | OrganizationScope) => Promise<readonly Uuid[]>

export interface PostgresAudienceParts {
  /** Connected with the role that may read `iam.access_grants` and nothing else (R90). */
  readonly pool: Pick<Pool, 'query'>
  readonly capabilitiesOf: (role: string) => ReadonlySet<string>
}

interface HolderRow {
  readonly user_id: Uuid
  readonly role: string
}

const OF_PROJECT = {
  name: 'audience',
  text: `select distinct user_id, role from iam.access_grants
         where kind = 'project' and org_id = $1 and project_id = $2 and not disabled and not suspended`,
}

const OF_ORGANIZATION = {
  name: 'audience-of-organization',
  text: `select distinct user_id, role from iam.access_grants
         where kind = 'organization' and org_id = $1 and not disabled`,
}

export const createPostgresAudience =
  ({ pool, capabilitiesOf }: PostgresAudienceParts): Audience =>
  async (capability, scope) => {
    const { rows } = await pool.query<HolderRow>(
      scope.kind === 'project'
        ? { ...OF_PROJECT, values: [scope.organizationId, scope.projectId] }
        : { ...OF_ORGANIZATION, values: [scope.organizationId] },
    )
    return [...new Set(rows.filter(({ role }) => capabilitiesOf(role).has(capability)).map(({ user_id }) => user_id))]
  }
