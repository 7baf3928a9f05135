import { randomUUID } from 'node:crypto'
import { importJWK, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { Clock } from '../../platform/clock/clock.ts'
import type { KeyRing } from '../../platform/crypto/key-ring.ts'
import type { KeySet } from '../../platform/crypto/key-set.ts'
import { isUuid, type Uuid } from '../../platform/ids/id.ts'
import { isTerminalSize } from '../protocol/size.ts'
import { closeReason } from './link-messages.ts'

/** How long a task may be on its way. */
const LIFETIME_S = 30
/** How far the clocks of a gateway and a node may be apart. */
const TOLERANCE_S = 5
const TYPE = 'gpuaas-task+jwt'
const ISSUER = 'gpuaas-terminal-gateway'

const uuid = z.string().refine(isUuid)
const session = { sessionId: uuid, generation: z.int().min(1) }

/**
 * What a terminal is opened into. A union with one member: a grant to execute inside an app instance (R46) becomes
 * another, and a host is not expressible.
 */
const target = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('ALLOCATION'), allocationId: uuid })])

/** Opens a terminal, or goes on with the one that the node has under this session. */
const openTerminal = z.strictObject({
  type: z.literal('openTerminal'),
  ...session,
  target,
  /** The number under which its bytes travel on this link. */
  stream: z.int().min(0).max(0xffff_ffff),
  size: z.strictObject({ columns: z.int(), rows: z.int() }).refine(isTerminalSize),
  /** The first byte of output that the client does not have. */
  offset: z.int().min(0),
  isRecorded: z.boolean(),
  /** When the session has lasted as long as one may, in milliseconds since 1970. */
  endsAt: z.int(),
  idleMs: z.int().min(0),
  /** What the gateway wants back with every word about this session; closed to the node. */
  ticket: z.string().max(16_384),
})

const closeTerminal = z.strictObject({
  type: z.literal('closeTerminal'),
  ...session,
  reason: closeReason,
})

/** Everything that a node agent can be asked for: a closed catalogue, in which no command stands. */
const taskSchema = z.discriminatedUnion('type', [openTerminal, closeTerminal])

export type Task = z.infer<typeof taskSchema>
export type OpenTerminalTask = z.infer<typeof openTerminal>
export type CloseTerminalTask = z.infer<typeof closeTerminal>

export type SignTask = (task: Task, node: Uuid) => Promise<string>

/** Signs tasks with the first key of the ring: Ed25519, one node, one use, thirty seconds. */
export const taskSigner = async (ring: KeyRing, clock: Clock): Promise<SignTask> => {
  const [{ kid, alg, ...jwk }] = ring
  const key = await importJWK(jwk, alg)
  return (task, node) => {
    const issuedAt = Math.floor(clock.now().getTime() / 1000)
    return new SignJWT({ task })
      .setProtectedHeader({ alg, kid, typ: TYPE })
      .setIssuer(ISSUER)
      .setAudience(node)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_S)
      .sign(key)
  }
}

export type CheckedTask =
  | { readonly ok: true; readonly task: Task; readonly node: Uuid }
  | { readonly ok: false; readonly code: 'TASK_INVALID' | 'TASK_REPLAYED' }

export interface TaskGateOptions {
  /** Of the gateways. */
  readonly keys: KeySet
  /** The nodes that this agent acts for. */
  readonly nodes: readonly Uuid[]
  readonly clock: Clock
}

const claims = z.object({ aud: uuid, jti: z.string().min(16), iat: z.number(), exp: z.number(), task: taskSchema })

/**
 * Checks tasks as they come: signature, kind, node, age, and that none comes twice. Unknown types, tampered, foreign and
 * late ones are TASK_INVALID. Rejects with `KeysUnavailable` where the gateways' keys cannot be read.
 */
export const taskGate = ({ keys, nodes, clock }: TaskGateOptions): ((token: string) => Promise<CheckedTask>) => {
  /** When each nonce that was seen may be forgotten. */
  const seen = new Map<string, number>()
  const forget = (now: number): void => {
    for (const [nonce, until] of seen) if (until < now) seen.delete(nonce)
  }
  return async (token) => {
    const now = clock.now()
    const verified = await jwtVerify(token, keys.key, {
      algorithms: ['EdDSA'],
      issuer: ISSUER,
      audience: [...nodes],
      typ: TYPE,
      currentDate: now,
      clockTolerance: TOLERANCE_S,
      maxTokenAge: LIFETIME_S,
      requiredClaims: ['exp', 'jti', 'aud'],
    }).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error) return undefined // jose's refusals have a code
      throw error
    })
    const read = claims.safeParse(verified?.payload).data
    if (read === undefined || read.exp - read.iat > LIFETIME_S) return { ok: false, code: 'TASK_INVALID' }
    const seconds = now.getTime() / 1000
    forget(seconds)
    if (seen.has(read.jti)) return { ok: false, code: 'TASK_REPLAYED' }
    seen.set(read.jti, read.exp + TOLERANCE_S)
    return { ok: true, task: read.task, node: read.aud }
  }
}
