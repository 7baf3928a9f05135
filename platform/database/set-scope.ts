import type { QueryConfig } from 'pg'
import type { ScopeSettings } from './scope-settings.ts'

/**
 * Sets a scope until the transaction ends: what PostgreSQL forgets by itself, no connection can carry over. Gives no row:
 * there is nothing to read, and nothing is sent.
 */
export const SET_SCOPE = {
  name: 'scope',
  text: `select where (set_config('app.project_ids', $1, true) || set_config('app.org_ids', $2, true) || set_config('app.user_id', $3, true)) is null`,
}

export const scopeValues = ({ projectIds, organizationIds, userId }: ScopeSettings): string[] => [
  projectIds,
  organizationIds,
  userId,
]

/**
 * The scope as a statement of its own, for the transaction that the connection is in. Every connection is asked for it
 * once before anything else, so that it is prepared there: statements that bring their scope name it and nothing more.
 */
export const scopeStatement = (settings: ScopeSettings): QueryConfig => ({
  ...SET_SCOPE,
  values: scopeValues(settings),
})
