import { denialError } from '../../../platform/access/access.ts'
import type { Denied } from '../../../platform/access/decide.ts'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { IamResolvers } from '../resolver-types.ts'

const MAX_CAPABILITIES = 100

/** The codes that a project's requirement is denied with, when it asks for no second factor. */
const codeOf = (denied: Denied) => {
  switch (denied.code) {
    case 'UNAUTHENTICATED':
    case 'ACTOR_DISABLED':
    case 'ORGANIZATION_SUSPENDED':
    case 'PROJECT_ACCESS_DENIED':
    case 'CAPABILITY_REQUIRED':
      return denied.code
    case 'ORGANIZATION_ACCESS_DENIED':
    case 'SELF_ACCESS_DENIED':
    case 'PLATFORM_ACCESS_DENIED':
    case 'MFA_REQUIRED':
      throw denialError(denied) // of other kinds of requirement
  }
}

export const permissionResolvers: Pick<IamResolvers, 'Query'> = {
  Query: {
    can: (_, { capabilities, projectId: id }, { access }) => {
      const projectId = parseIdOrThrow('prj', id, 'projectId').local
      if (capabilities.length > MAX_CAPABILITIES) {
        const details = { argument: 'capabilities', limit: MAX_CAPABILITIES, requested: capabilities.length }
        throw catalogued('INVALID_INPUT', details, { message: `\`capabilities\` must be at most 100.` })
      }
      return capabilities.map((capability) => {
        const decision = access.decide({ kind: 'project', capability, projectId })
        return { capability, allowed: decision.allowed, code: decision.allowed ? null : codeOf(decision) }
      })
    },
  },
}
