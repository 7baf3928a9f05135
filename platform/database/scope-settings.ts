import type { Scope } from '../access/scope.ts'
import { unreachable } from '../result/result.ts'

/** A scope as the policies of row-level security read it: the settings `app.*` of a connection. */
export interface ScopeSettings {
  /** Array literals of UUIDs; the empty text where the scope has none, which no policy lets pass. */
  readonly projectIds: string
  readonly organizationIds: string
  readonly userId: string
}

/** No tenant's rows. Whatever runs outside of a unit of work runs under this. */
export const NO_SCOPE: ScopeSettings = { projectIds: '', organizationIds: '', userId: '' }

const arrayOf = (uuids: readonly string[]): string => (uuids.length === 0 ? '' : `{${[...new Set(uuids)].join(',')}}`)

/** A project's scope also opens what its organization owns: a project's charge is posted to the organization's account. */
export const settingsOf = (scope: Scope): ScopeSettings => {
  switch (scope.kind) {
    case 'project':
      return { ...NO_SCOPE, projectIds: arrayOf([scope.projectId]), organizationIds: arrayOf([scope.organizationId]) }
    case 'project-set':
      return {
        ...NO_SCOPE,
        projectIds: arrayOf(scope.projects.map(({ projectId }) => projectId)),
        organizationIds: arrayOf(scope.projects.map(({ organizationId }) => organizationId)),
      }
    case 'organization':
      return { ...NO_SCOPE, organizationIds: arrayOf([scope.organizationId]), userId: scope.founderId ?? '' }
    case 'organization-set':
      return { ...NO_SCOPE, organizationIds: arrayOf(scope.organizations.map(({ organizationId }) => organizationId)) }
    case 'self':
      return { ...NO_SCOPE, organizationIds: arrayOf(scope.organizationIds ?? []), userId: scope.userId }
    case 'platform':
      return NO_SCOPE
    default:
      return unreachable(scope)
  }
}

export const isUnscoped = ({ projectIds, organizationIds, userId }: ScopeSettings): boolean =>
  projectIds === '' && organizationIds === '' && userId === ''
