import type { Access } from '../../../platform/access/access.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { isUuid, type Uuid } from '../../../platform/ids/id.ts'

/** The organizations that the caller may read. */
export const readableOrganizations = (access: Access): readonly Uuid[] =>
  [...access.grants.organizations.keys()]
    .filter(isUuid)
    .filter(
      (organizationId) =>
        access.decide({ kind: 'organization', capability: 'ORGANIZATION_READ', organizationId }).allowed,
    )

/** Those of a page over all of them, in the page's direction. */
export const onPage = (readable: readonly Uuid[], { direction, after, fetch }: IdPage): readonly Uuid[] => {
  const ordered = direction === 'forward' ? readable.toSorted() : readable.toSorted().toReversed()
  const beyond = (id: Uuid) => after === undefined || (direction === 'forward' ? id > after : id < after)
  return ordered.filter(beyond).slice(0, fetch)
}
