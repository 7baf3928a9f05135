import type { Access } from '../../../platform/access/access.ts'
import { memberGrant } from '../../../platform/access/authorize.ts'
import { selfId } from '../../../platform/ids/id.ts'
import { memberOf, readableChannels } from '../channel/readable.ts'
import type { Reader } from './service.ts'

/** The caller, with what may be seen at this moment. Throws the denial of who is no user. */
export const readerOf = (access: Access): Reader => {
  const self = access.self()
  const organizations = memberOf(access.principal, access.grants)
  const memberships = organizations.map((id) => access.organization('ORGANIZATION_READ', selfId('org', id)))
  return {
    self: memberGrant(self, memberships),
    view: {
      userId: self.scope.userId,
      channels: readableChannels(self.scope.userId, organizations, access.grants),
      projects: access.projects('PROJECT_READ').projects.map(({ projectId }) => projectId),
    },
  }
}
