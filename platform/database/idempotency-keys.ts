import type { Grant } from '../access/authorize.ts'
import { catalogued } from '../errors/catalogue.ts'
import type { KeyedCall } from '../idempotency/keyed-call.ts'
import { readResult, writeResult } from '../idempotency/kept-result.ts'
import { unreachable } from '../result/result.ts'
import { actorOf } from './actor.ts'
import type { Database, Transaction } from './database.ts'

type Place = Pick<Database, 'schema' | 'clock' | 'onKey'>

/** How long a key is remembered, from the change that it was given for. */
const KEPT_MS = 24 * 3_600_000

/** Of the scope of everybody. */
const NIL = '00000000-0000-0000-0000-000000000000'

/** Where the change is made, as row-level security compares it. Whoever founds an organization has no other place yet. */
const scopeOf = ({ scope }: Grant): readonly [kind: string, id: string] => {
  switch (scope.kind) {
    case 'project':
      return ['PROJECT', scope.projectId]
    case 'organization':
      return scope.founderId === undefined ? ['ORGANIZATION', scope.organizationId] : ['USER', scope.founderId]
    case 'self':
      return ['USER', scope.userId]
    case 'platform':
      return ['PLATFORM', NIL]
    default:
      return unreachable(scope)
  }
}

const identityOf = (grant: Grant, { key }: KeyedCall): readonly unknown[] => {
  const { kind, id } = actorOf(grant.actor)
  return [...scopeOf(grant), `${kind}:${id}`, key]
}

const IDENTITY = 'scope_kind = $1 and scope_id = $2::uuid and principal = $3 and key = $4'

/** What was kept of the first call. */
export interface Kept {
  readonly value: unknown
}

/**
 * Takes a key for this transaction: who else takes it waits until it ends. Undefined where the call is the first with
 * it, or the first since it was forgotten; else what that one changed. Throws `IDEMPOTENCY_KEY_REUSED` where it had
 * another input.
 */
export const takeKey = async (
  db: Transaction,
  { schema, clock, onKey }: Place,
  grant: Grant,
  call: KeyedCall,
): Promise<Kept | undefined> => {
  const identity = identityOf(grant, call)
  const now = clock.now()
  const taken = await db.$executeRawUnsafe(
    `insert into ${schema}.idempotency_keys as held (scope_kind, scope_id, principal, key, input, expires_at)
     values ($1, $2::uuid, $3, $4, $5, $6) on conflict (scope_kind, scope_id, principal, key) do update
     set input = excluded.input, result = null, expires_at = excluded.expires_at where held.expires_at <= $7`,
    ...[...identity, call.input, new Date(now.getTime() + KEPT_MS), now],
  )
  if (taken === 1) {
    onKey?.('taken')
    return undefined
  }
  const [held] = await db.$queryRawUnsafe<{ input: Uint8Array; result: string }[]>(
    `select input, result from ${schema}.idempotency_keys where ${IDENTITY}`,
    ...identity,
  )
  if (held === undefined) throw new Error('An idempotency key that is taken is not there')
  const isSame = call.input.equals(held.input)
  onKey?.(isSame ? 'replayed' : 'reused')
  if (!isSame) throw catalogued('IDEMPOTENCY_KEY_REUSED')
  return { value: readResult(held.result) }
}

/** Keeps what the call changed, committed with the change or not at all. */
export const keepResult = async (
  db: Transaction,
  { schema }: Place,
  grant: Grant,
  call: KeyedCall,
  result: unknown,
): Promise<void> => {
  await db.$executeRawUnsafe(
    `update ${schema}.idempotency_keys set result = $5 where ${IDENTITY}`,
    ...[...identityOf(grant, call), writeResult(result)],
  )
}
