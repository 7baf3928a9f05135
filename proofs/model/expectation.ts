import type { ModelRule } from './rule.ts'

/** A membership: of an organization it reaches all of its projects, of a project that one alone. */
export interface Membership {
  readonly organization: string
  /** Undefined: of the whole organization. */
  readonly project: string | undefined
  readonly capabilities: readonly string[]
  readonly isSuspended: boolean
}

/** Somebody as the world was arranged: what the rules know of a caller. */
export interface Caller {
  readonly kind: 'anonymous' | 'user' | 'program'
  /** The user's id; undefined for whoever is no user of the platform. */
  readonly user: string | undefined
  readonly isDisabled: boolean
  readonly memberships: readonly Membership[]
  /** What the platform's own staff hold; undefined for everybody else. */
  readonly platform: readonly string[] | undefined
  /** Of a key: what was chosen for it; undefined: everything that its memberships give. */
  readonly chosen: readonly string[] | undefined
  readonly hasFreshSecondFactor: boolean
}

/** Where the thing that is asked for lives. */
export interface Place {
  readonly organization?: string
  readonly project?: string
  readonly user?: string
}

/** `ALLOW`, or the code of the denial. */
export type Expected = string

export const ALLOW = 'ALLOW'

const STRANGER: Readonly<Record<ModelRule['kind'], string>> = {
  project: 'PROJECT_ACCESS_DENIED',
  organization: 'ORGANIZATION_ACCESS_DENIED',
  self: 'SELF_ACCESS_DENIED',
  platform: 'PLATFORM_ACCESS_DENIED',
  public: ALLOW,
}

const membershipsIn = (caller: Caller, rule: ModelRule, place: Place): readonly Membership[] =>
  caller.memberships.filter(({ organization, project }) =>
    rule.kind === 'project'
      ? place.project !== undefined &&
        (project === place.project || (project === undefined && organization === place.organization))
      : project === undefined && place.organization !== undefined && organization === place.organization,
  )

const ofMembers = (
  memberships: readonly Membership[],
  { capability = '' }: ModelRule,
  { chosen }: Caller,
): Expected => {
  if (memberships.some(({ isSuspended }) => isSuspended)) return 'ORGANIZATION_SUSPENDED'
  const isHeld = memberships.some(({ capabilities }) => capabilities.includes(capability))
  return isHeld && (chosen === undefined || chosen.includes(capability)) ? ALLOW : 'CAPABILITY_REQUIRED'
}

/** What authorization.md says of one rule, first match wins. */
const expectedOf = (rule: ModelRule, caller: Caller, place: Place): Expected => {
  if (rule.kind === 'public') return ALLOW
  if (caller.kind === 'anonymous') return 'UNAUTHENTICATED'
  if (caller.isDisabled) return 'ACTOR_DISABLED'
  if (rule.kind === 'self') {
    const isOwn = place.user === undefined || place.user === caller.user
    return caller.kind === 'user' && caller.user !== undefined && isOwn ? ALLOW : STRANGER.self
  }
  if (rule.kind === 'platform') {
    if (caller.platform === undefined) return STRANGER.platform
    return caller.platform.includes(rule.capability ?? '') ? ALLOW : 'CAPABILITY_REQUIRED'
  }
  const memberships = membershipsIn(caller, rule, place)
  return memberships.length === 0 ? STRANGER[rule.kind] : ofMembers(memberships, rule, caller)
}

/** All rules are to be met; the first that is not decides what the caller is told. */
export const expectation = (
  rules: readonly ModelRule[],
  caller: Caller,
  place: Place,
  freshness: 'any' | 'fresh second factor',
): Expected => {
  const denied = rules.map((rule) => expectedOf(rule, caller, place)).find((outcome) => outcome !== ALLOW)
  if (denied !== undefined) return denied
  const lacksFactor = freshness === 'fresh second factor' && caller.kind === 'user' && !caller.hasFreshSecondFactor
  return lacksFactor ? 'MFA_REQUIRED' : ALLOW
}
