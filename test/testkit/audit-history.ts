import fc from 'fast-check'
import type { CheckpointSigner } from '../../platform/audit/checkpoint.ts'
import { EMPTY_CHAIN, PLATFORM_CHAIN, seal, type SealedEntry, type SourceRow } from '../../platform/audit/entry.ts'
import type { StoredCheckpoint } from '../../platform/audit/verify-chain.ts'
import { isUuid, type Uuid } from '../../platform/ids/id.ts'

/** All that is stored, of all chains. */
export interface AuditLog {
  readonly entries: readonly SealedEntry[]
  readonly sources: readonly SourceRow[]
  readonly checkpoints: readonly (StoredCheckpoint & { readonly chain: Uuid })[]
}

export const uuid = (number: number): Uuid => {
  const text = `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`
  if (!isUuid(text)) throw new Error(`${text} is no UUID`)
  return text
}

export const CHAINS = [PLATFORM_CHAIN, uuid(1), uuid(2)] as const

const rowArbitrary = fc.record({
  chain: fc.constantFrom(...CHAINS),
  ...{ source: fc.constantFrom('iam', 'compute', 'denials'), result: fc.constantFrom('SUCCEEDED', 'DENIED') },
  ...{ action: fc.string(), target: fc.string({ unit: 'grapheme' }), code: fc.option(fc.string()) },
  ...{ actorKind: fc.constantFrom('user', 'system'), actorId: fc.string(), correlationId: fc.string() },
  projectId: fc.option(fc.constant<string>(uuid(9))),
  details: fc.json(),
  count: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
  occurredAt: fc
    .date({ min: new Date(0), noInvalidDate: true, max: new Date('9999-01-01') })
    .map((at) => at.toISOString()),
})

/** Rows of several organizations in the order of their sealing, and how many are sealed at a time. */
export const historyArbitrary = fc.record({
  rows: fc
    .array(rowArbitrary, { minLength: 1, maxLength: 24 })
    .map((rows) => rows.map((row, index) => ({ ...row, id: uuid(100 + index) }))),
  batches: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
})
type History = typeof historyArbitrary extends fc.Arbitrary<infer Value> ? Value : never

/** Seals as the sealer does: a batch at a time, with a checkpoint for each chain that grew. */
export const sealed = async ({ rows, batches }: History, signer: CheckpointSigner): Promise<AuditLog> => {
  const heads = new Map<Uuid, SealedEntry>()
  const entries: SealedEntry[] = []
  const checkpoints: (StoredCheckpoint & { chain: Uuid })[] = []
  for (let from = 0, turn = 0; from < rows.length; turn += 1) {
    const batch = rows.slice(from, from + (batches[turn % batches.length] ?? 1))
    const at = new Date(1_790_000_000_000 + turn)
    for (const row of batch) {
      const entry = seal(row, heads.get(row.chain) ?? EMPTY_CHAIN, at)
      heads.set(row.chain, entry)
      entries.push(entry)
    }
    for (const chain of new Set(batch.map((row) => row.chain))) {
      const { sequence, hash } = heads.get(chain) ?? EMPTY_CHAIN
      const signedAt = at.toISOString()
      checkpoints.push({ chain, sequence, signedAt, token: await signer.sign({ chain, sequence, hash, signedAt }) })
    }
    from += batch.length
  }
  return { entries, sources: rows, checkpoints }
}

export const chainOf = ({ entries }: Pick<AuditLog, 'entries'>, chain: Uuid): readonly SealedEntry[] =>
  entries.filter((entry) => entry.chain === chain).toSorted((one, other) => one.sequence - other.sequence)
