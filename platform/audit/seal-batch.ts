import type { ClientBase } from 'pg'
import type { CheckpointSigner } from './checkpoint.ts'
import { SOURCE_COLUMNS } from './columns.ts'
import { EMPTY_CHAIN, GENESIS, seal, type Head, type SealedEntry, type SourceRow } from './entry.ts'
import type { Clock } from '../clock/clock.ts'
import type { Uuid } from '../ids/id.ts'

/** Where a test may end the process. */
export type SealingStep = 'taken' | 'appended' | 'signed' | 'unmarked'

export interface SealingParts {
  readonly clock: Clock
  /** Undefined where this process has no key: the chain grows without checkpoints. */
  readonly signer: CheckpointSigner | undefined
  readonly batch: number
  /** The end of a chain is gone: a checkpoint says that it went on. The chain grows on beyond the gap, which stays. */
  readonly missing?: (chain: Uuid, sequence: number) => void
  readonly reached?: (step: SealingStep) => Promise<void>
}

const TAKE = { name: 'audit-take', text: `select ${SOURCE_COLUMNS} from audit.take($1)` }

interface HeadRow extends Head {
  readonly chain: Uuid
  /** The greatest sequence that a checkpoint names; 0 without one. */
  readonly signed: number
}

const HEADS = {
  name: 'audit-heads',
  text: `select chain as "chain", coalesce(e.sequence, 0)::float8 as "sequence", coalesce(encode(e.hash, 'hex'), $2) as "hash",
      coalesce(c.sequence, 0)::float8 as "signed"
    from unnest($1::uuid[]) as wanted (chain)
    left join lateral (select sequence, hash from audit.entries where org_id = chain order by sequence desc limit 1) e on true
    left join lateral (select sequence from audit.checkpoints where org_id = chain order by sequence desc limit 1) c on true`,
}

const APPEND = {
  name: 'audit-append',
  text: `insert into audit.entries (org_id, sequence, id, source, occurred_at, sealed_at, action, target, result, code, count,
      actor_kind, actor_id, project_id, correlation_id, details, previous_hash, hash)
    select chain, sequence, id, source, "occurredAt", "sealedAt", action, target, result, code, count, "actorKind", "actorId",
      "projectId", "correlationId", details, decode("previousHash", 'hex'), decode(hash, 'hex')
    from jsonb_to_recordset($1::jsonb) as r (chain uuid, sequence bigint, id uuid, source text, "occurredAt" timestamptz,
      "sealedAt" timestamptz, action text, target text, result text, code text, count bigint, "actorKind" text, "actorId" text,
      "projectId" uuid, "correlationId" text, details text, "previousHash" text, hash text)`,
}

const SIGN = {
  name: 'audit-checkpoint',
  text: `insert into audit.checkpoints (org_id, sequence, signed_at, token)
    select chain, sequence, "signedAt", token
    from jsonb_to_recordset($1::jsonb) as r (chain uuid, sequence bigint, "signedAt" timestamptz, token text)`,
}

const UNMARK = { name: 'audit-unmark', text: 'delete from audit.unsealed where id = any ($1::uuid[])' }

/** Puts rows at the ends of their chains, in their order. */
const append = (rows: readonly SourceRow[], heads: Map<Uuid, Head>, sealedAt: Date): readonly SealedEntry[] =>
  rows.map((row) => {
    const entry = seal(row, heads.get(row.chain) ?? EMPTY_CHAIN, sealedAt)
    heads.set(row.chain, entry)
    return entry
  })

/** Where the chains of these rows stand. No sequence that was ever signed is given out again. */
const headsOf = async (
  client: ClientBase,
  rows: readonly SourceRow[],
  { missing }: SealingParts,
): Promise<Map<Uuid, Head>> => {
  const chains = [...new Set(rows.map(({ chain }) => chain))]
  const { rows: heads } = await client.query<HeadRow>({ ...HEADS, values: [chains, GENESIS] })
  for (const { chain, sequence, signed } of heads) {
    if (signed > sequence) missing?.(chain, sequence + 1)
  }
  return new Map(
    heads.map(({ chain, hash, sequence, signed }) => [chain, { hash, sequence: Math.max(sequence, signed) }]),
  )
}

const sealInTransaction = async (client: ClientBase, parts: SealingParts): Promise<number> => {
  const { clock, signer, batch, reached } = parts
  const { rows } = await client.query<SourceRow>({ ...TAKE, values: [batch] })
  if (rows.length === 0) return 0
  await reached?.('taken')
  const heads = await headsOf(client, rows, parts)
  const now = clock.now()
  await client.query({ ...APPEND, values: [JSON.stringify(append(rows, heads, now))] })
  await reached?.('appended')
  if (signer !== undefined) {
    const signedAt = now.toISOString()
    const checkpoints = await Promise.all(
      [...heads].map(async ([chain, { sequence, hash }]) => {
        const checkpoint = { chain, sequence, hash, signedAt }
        return { ...checkpoint, token: await signer.sign(checkpoint) }
      }),
    )
    await client.query({ ...SIGN, values: [JSON.stringify(checkpoints)] })
  }
  await reached?.('signed')
  await client.query({ ...UNMARK, values: [rows.map(({ id }) => id)] })
  await reached?.('unmarked')
  return rows.length
}

/**
 * Seals what waits, at most one batch, in one transaction: entries, a checkpoint for each chain that grew, and the end
 * of the marks. Killed anywhere it did nothing; done it is done once, since a row without a mark is never taken.
 * Resolves with how many rows were sealed.
 */
export const sealBatch = async (client: ClientBase, parts: SealingParts): Promise<number> => {
  await client.query('begin')
  try {
    const sealed = await sealInTransaction(client, parts)
    await client.query('commit')
    return sealed
  } catch (error) {
    await client.query('rollback').catch(() => undefined) // the connection is gone; so is the transaction
    throw error
  }
}
