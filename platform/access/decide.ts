import type { Grants } from './grants.ts'
import type { Principal } from './principal.ts'
import type { Requirement } from './requirement.ts'

/** The codes of a denial, in the order in which they are decided. Every one is in the error catalogue. */
export type DenialCode =
  | 'UNAUTHENTICATED'
  | 'ACTOR_DISABLED'
  | 'ORGANIZATION_SUSPENDED'
  | 'PROJECT_ACCESS_DENIED'
  | 'ORGANIZATION_ACCESS_DENIED'
  | 'SELF_ACCESS_DENIED'
  | 'PLATFORM_ACCESS_DENIED'
  | 'CAPABILITY_REQUIRED'
  | 'MFA_REQUIRED'

/** The scope rule that decided, by its name in the graph. */
export type RuleName = 'projectScoped' | 'orgScoped' | 'selfScoped' | 'platformScoped'

export type Decision = Allowed | Denied

export interface Allowed {
  readonly allowed: true
  readonly rule: RuleName
}

export interface Denied {
  readonly allowed: false
  readonly code: DenialCode
  readonly rule: RuleName
  /** Named only to a member who lacks it; strangers learn nothing (R7). */
  readonly capability?: string
  /** How old the second factor may be that is asked for (R23). */
  readonly maxAgeSeconds?: number
}

const RULES = {
  project: 'projectScoped',
  organization: 'orgScoped',
  self: 'selfScoped',
  platform: 'platformScoped',
} as const satisfies Record<Requirement['kind'], RuleName>

/** What a caller has in the scope that is asked for. */
interface Standing {
  readonly suspended: boolean
  /** Undefined where the scope itself is enough. */
  readonly capabilities: ReadonlySet<string> | undefined
}

const NEVER_SUSPENDED = false

/** What the principal holds in the scope; undefined for a stranger. A scope that does not exist has no members. */
const standing = (principal: Principal, grants: Grants, requirement: Requirement): Standing | undefined => {
  if (principal.kind === 'user' && grants.userId === undefined) return undefined
  switch (requirement.kind) {
    case 'project':
      return grants.projects.get(requirement.projectId)
    case 'organization':
      return grants.organizations.get(requirement.organizationId)
    case 'self': {
      const own = requirement.userId === undefined || requirement.userId === grants.userId
      return principal.kind === 'user' && own ? { suspended: NEVER_SUSPENDED, capabilities: undefined } : undefined
    }
    case 'platform':
      return grants.platform.size === 0 ? undefined : { suspended: NEVER_SUSPENDED, capabilities: grants.platform }
  }
}

const STRANGER_CODES = {
  project: 'PROJECT_ACCESS_DENIED',
  organization: 'ORGANIZATION_ACCESS_DENIED',
  self: 'SELF_ACCESS_DENIED',
  platform: 'PLATFORM_ACCESS_DENIED',
} as const satisfies Record<Requirement['kind'], DenialCode>

/** An incomplete principal proves nothing: no subject, no key. */
const isComplete = (principal: Principal): boolean => {
  switch (principal.kind) {
    case 'user':
      return principal.subject !== ''
    case 'service-account':
      return principal.serviceAccountId !== '' && principal.apiKeyId !== ''
    case 'anonymous':
      return false
  }
}

/** A key holds what was chosen at its creation, and of that only what its account still holds. */
const holds = (principal: Principal, held: ReadonlySet<string>, capability: string): boolean =>
  held.has(capability) && (principal.kind !== 'service-account' || principal.capabilities.includes(capability))

/** Programs are no subjects of a second factor (R23). */
const hasSecondFactor = (principal: Principal, since: Date): boolean =>
  principal.kind !== 'user' ||
  (principal.assurance === 'multi' &&
    principal.authenticatedAt !== undefined &&
    principal.authenticatedAt.getTime() >= since.getTime())

/**
 * Decides one requirement. Pure: no clock, no I/O. The order is the contract of authorization.md, first match wins;
 * a suspended organization is told to its members only, because only they have a standing in it.
 */
export const decide = (principal: Principal, grants: Grants, requirement: Requirement): Decision => {
  const rule = RULES[requirement.kind]
  const deny = (code: DenialCode): Denied => ({ allowed: false, code, rule })

  if (!isComplete(principal)) return deny('UNAUTHENTICATED')
  if (grants.disabled) return deny('ACTOR_DISABLED')

  const found = standing(principal, grants, requirement)
  if (found?.suspended === true) return deny('ORGANIZATION_SUSPENDED')
  if (found === undefined) return deny(STRANGER_CODES[requirement.kind])

  if (requirement.kind !== 'self') {
    const { capability } = requirement
    const held = found.capabilities !== undefined && holds(principal, found.capabilities, capability)
    if (!held) return { ...deny('CAPABILITY_REQUIRED'), capability }
  }
  const { secondFactorSince: since, maxAgeSeconds } = requirement
  if (since !== undefined && !hasSecondFactor(principal, since)) {
    return { ...deny('MFA_REQUIRED'), ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) }
  }
  return { allowed: true, rule }
}
