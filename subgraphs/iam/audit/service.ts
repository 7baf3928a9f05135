import type { OrganizationGrant, PlatformGrant } from '../../../platform/access/authorize.ts'
import { EMPTY_CHAIN } from '../../../platform/audit/entry.ts'
import { verifyPage, verifyTail, type Verified } from '../../../platform/audit/verify-chain.ts'
import type { KeySet } from '../../../platform/crypto/key-set.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { IamUnits } from '../units.ts'
import type { AuditEntry, AuditEntryFilter, AuditEntryId, ChainSection, ChainVerification } from './model.ts'
import type { AuditRepository } from './repository.ts'

export interface AuditDependencies {
  readonly units: Pick<IamUnits, 'organization' | 'platform'>
  /** The public keys of the sealer; undefined where this process was told none. */
  readonly keys: KeySet | undefined
}

export type AuditService = ReturnType<typeof auditService>

/** Whose log: an organization's, or the platform's own. */
export type AuditGrant = OrganizationGrant<'AUDIT_READ'> | PlatformGrant<'PLATFORM_AUDIT_READ'>

/** Runs one statement of a chain. */
type Reading = <T>(work: (entries: AuditRepository) => Promise<T>) => Promise<T>

const PAGE = 500

/** What a transaction may take until it commits, and a sealer until it is back; rows older than that are sealed. */
const LATE_MS = 60 * 60_000

/** Since when rows were made that may belong after the head. */
const beyondHead = ({ sealedAt }: Verified): Date =>
  new Date(sealedAt === undefined ? 0 : Date.parse(sealedAt) - LATE_MS)

/** Reads the next entries of a chain with what they are held against. */
const readPage = async (read: Reading, sequence: number, limit: number) => {
  const entries = await read((audit) => audit.sealedFrom(sequence, limit))
  const last = entries.at(-1)
  if (last === undefined) return { entries, sources: new Map(), checkpoints: [] }
  const sources = await read((audit) => audit.sourcesOf(entries.map(({ id }) => id)))
  const checkpoints = await read((audit) => audit.checkpointsBetween(sequence, last.sequence))
  return { entries, sources: new Map(sources.map((source) => [source.id, source])), checkpoints }
}

const BEGINNING = { head: EMPTY_CHAIN, sealedAt: undefined }

/** Where the chain stands before a section; undefined when the entry before it is not there. */
const beforeSection = (
  read: Reading,
  fromSequence: number,
): Promise<Pick<Verified, 'head' | 'sealedAt'> | undefined> | typeof BEGINNING =>
  fromSequence === 1 ? BEGINNING : read((audit) => audit.entryBefore(fromSequence))

/** Verifies a section of a chain in pages, so that no more than a page of it is ever held. */
const verifySection = async (
  read: Reading,
  { fromSequence, limit }: ChainSection,
  keys: KeySet | undefined,
): Promise<ChainVerification> => {
  const before = await beforeSection(read, fromSequence)
  let verified: Verified = { ...(before ?? BEGINNING), checkpoint: undefined }
  const outcome = (rest: Pick<ChainVerification, 'nextSequence' | 'broken'>): ChainVerification => ({
    ...rest,
    checked: verified.head.sequence - fromSequence + 1,
    checkpoint: verified.checkpoint,
    verified: keys !== undefined,
  })
  if (before === undefined) {
    const broken = { sequence: fromSequence - 1, reason: 'ENTRY_MISSING' } as const
    return { checked: 0, nextSequence: undefined, broken, checkpoint: undefined, verified: keys !== undefined }
  }
  for (;;) {
    const { sequence } = verified.head
    const left = limit - (sequence - fromSequence + 1)
    if (left <= 0) return outcome({ nextSequence: sequence + 1, broken: undefined })
    const page = await readPage(read, sequence + 1, Math.min(PAGE, left))
    const verdict = await verifyPage(verified, page, keys)
    verified = verdict.verified
    if (verdict.broken !== undefined) return outcome({ nextSequence: undefined, broken: verdict.broken })
    if (page.entries.length === Math.min(PAGE, left)) continue
    const tail = verifyTail(verified, await read((audit) => audit.tail(beyondHead(verified))))
    if (tail === 'GREW') continue
    return outcome({ nextSequence: undefined, broken: tail === 'COMPLETE' ? undefined : tail })
  }
}

export const auditService = ({ units, keys }: AuditDependencies) => {
  const readingOf =
    (grant: AuditGrant): Reading =>
    (work) =>
      grant.scope.kind === 'organization'
        ? units.organization.read(grant.scope, ({ auditLog }) => work(auditLog))
        : units.platform.read(grant.scope, ({ auditLog }) => work(auditLog))

  return {
    page: (grant: AuditGrant, filter: AuditEntryFilter, page: IdPage): Promise<AuditEntry[]> =>
      readingOf(grant)((audit) => audit.page(filter, page)),

    total: (grant: AuditGrant, filter: AuditEntryFilter): Promise<number> =>
      readingOf(grant)((audit) => audit.total(filter)),

    find: (grant: AuditGrant, id: AuditEntryId): Promise<AuditEntry | undefined> =>
      readingOf(grant)((audit) => audit.find(id)),

    /** Recomputes a section of the chain. The entry before the section is taken as it is. */
    verify: (grant: AuditGrant, section: ChainSection): Promise<ChainVerification> =>
      verifySection(readingOf(grant), section, keys),
  }
}
