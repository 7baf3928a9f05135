import type { SourceRow } from '../../../platform/audit/entry.ts'
import { isUuid, ownedId, selfId } from '../../../platform/ids/id.ts'
import { AUDIT_ACTOR_KINDS, AUDIT_RESULTS, type AuditActorKind, type AuditEntry, type AuditResult } from './model.ts'

/** A row of an audit log, sealed or waiting to be. */
export interface AuditRow extends SourceRow {
  readonly sequence: number | null
  readonly sealedAt: string | null
  readonly hash: string | null
}

const isActorKind = (text: string): text is keyof typeof AUDIT_ACTOR_KINDS => Object.hasOwn(AUDIT_ACTOR_KINDS, text)

/** A row that was tampered with is shown as it is, as far as the graph has words for it: verification tells. */
const actorKindOf = (text: string): AuditActorKind => (isActorKind(text) ? AUDIT_ACTOR_KINDS[text] : 'SYSTEM')

const resultOf = (text: string): AuditResult => AUDIT_RESULTS.find((known) => known === text) ?? 'DENIED'

const GREATEST_INT = 2 ** 31 - 1

const detailsOf = (json: string): AuditEntry['details'] => {
  const details: unknown = parsed(json)
  if (typeof details !== 'object' || details === null) return []
  return Object.entries(details).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }))
}

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

export const toAuditEntry = (row: AuditRow): AuditEntry => ({
  id: ownedId('aud', row.chain, row.id),
  sealed:
    row.sequence === null || row.sealedAt === null || row.hash === null
      ? undefined
      : { sequence: row.sequence, sealedAt: new Date(row.sealedAt), hash: row.hash },
  occurredAt: new Date(row.occurredAt),
  actor: { kind: actorKindOf(row.actorKind), actorId: row.actorId },
  action: row.action,
  target: row.target,
  result: resultOf(row.result),
  code: row.code,
  count: Math.min(Number(row.count), GREATEST_INT),
  projectId: row.projectId !== null && isUuid(row.projectId) ? selfId('prj', row.projectId) : undefined,
  correlationId: row.correlationId,
  details: detailsOf(row.details),
})
