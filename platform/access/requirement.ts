import type { ScopeKey } from './scope-key.ts'

/** What one rule asks of a caller, with its scope already read from an argument, an object or a key. */
export type Requirement<C extends string = string> =
  ProjectRequirement<C> | OrganizationRequirement<C> | SelfRequirement | PlatformRequirement<C>

export interface ProjectRequirement<C extends string = string> extends StepUp {
  readonly kind: 'project'
  readonly capability: C
  readonly projectId: ScopeKey
}

export interface OrganizationRequirement<C extends string = string> extends StepUp {
  readonly kind: 'organization'
  readonly capability: C
  readonly organizationId: ScopeKey
}

export interface SelfRequirement extends StepUp {
  readonly kind: 'self'
  /** The user that the thing belongs to, where its id says so. Left out: the caller's own, whoever that is. */
  readonly userId?: ScopeKey
}

export interface PlatformRequirement<C extends string = string> extends StepUp {
  readonly kind: 'platform'
  readonly capability: C
}

export interface StepUp {
  /** A second factor must have been shown at or after this instant (`@sensitive`). */
  readonly secondFactorSince?: Date
  /** What `secondFactorSince` comes from: told to who has to sign in again. */
  readonly maxAgeSeconds?: number
}
