import type { Access } from '../../../platform/access/access.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { isUuid, type Uuid } from '../../../platform/ids/id.ts'

/** The organizations of a page over all those that the caller may read, in the page's direction. */
export const organizationsOnPage = (access: Access, { direction, after, fetch }: IdPage): readonly Uuid[] => {
  const readable = [...access.grants.organizations.keys()]
    .filter(isUuid)
    .filter(
      (organizationId) =>
        access.decide({ kind: 'organization', capability: 'ORGANIZATION_READ', organizationId }).allowed,
    )
  const ordered = direction === 'forward' ? readable.toSorted() : readable.toSorted().toReversed()
  const beyond = (id: Uuid) => after === undefined || (direction === 'forward' ? id > after : id < after)
  return ordered.filter(beyond).slice(0, fetch)
}
