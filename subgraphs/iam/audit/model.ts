import type { Break, StoredCheckpoint } from '../../../platform/audit/verify-chain.ts'
import type { Id, ProjectId } from '../../../platform/ids/id.ts'

export const AUDIT_RESULTS = ['SUCCEEDED', 'DENIED'] as const

export type AuditResult = (typeof AUDIT_RESULTS)[number]

export const AUDIT_ACTOR_KINDS = {
  user: 'USER',
  'service-account': 'SERVICE_ACCOUNT',
  system: 'SYSTEM',
  anonymous: 'ANONYMOUS',
} as const

export type AuditActorKind = (typeof AUDIT_ACTOR_KINDS)[keyof typeof AUDIT_ACTOR_KINDS]

export type AuditEntryId = Id<'aud'>

export interface AuditEntry {
  readonly id: AuditEntryId
  /** The place in the chain and what came with it; undefined for the moments until it is sealed. */
  readonly sealed: { readonly sequence: number; readonly sealedAt: Date; readonly hash: string } | undefined
  readonly occurredAt: Date
  readonly actor: { readonly kind: AuditActorKind; readonly actorId: string }
  readonly action: string
  readonly target: string
  readonly result: AuditResult
  readonly code: string | null
  readonly count: number
  readonly projectId: ProjectId | undefined
  readonly correlationId: string
  readonly details: readonly { readonly name: string; readonly value: string }[]
}

/** All that is given must hold. */
export interface AuditEntryFilter {
  readonly action?: string | null | undefined
  readonly actorId?: string | null | undefined
  readonly result?: AuditResult | null | undefined
  readonly from?: Date | null | undefined
  readonly to?: Date | null | undefined
  readonly projectId?: ProjectId | undefined
}

/** Which part of a chain to verify. */
export interface ChainSection {
  readonly fromSequence: number
  readonly limit: number
}

export const MAX_VERIFIED = 50_000

export interface ChainVerification {
  readonly checked: number
  /** Undefined when the end of the chain was reached. */
  readonly nextSequence: number | undefined
  readonly broken: Break | undefined
  readonly checkpoint: (StoredCheckpoint & { readonly hash: string }) | undefined
  /** Whether signatures were checked. */
  readonly verified: boolean
}
