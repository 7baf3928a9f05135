import { createPrivateKey } from 'node:crypto'
import { CompactSign, compactVerify } from 'jose'
import { z } from 'zod'
import type { Head } from './entry.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import type { KeySet } from '../crypto/key-set.ts'
import type { Uuid } from '../ids/id.ts'
import { err, ok, type Result } from '../result/result.ts'

/** What a signature says: at that moment the chain ended with this entry. */
export interface Checkpoint extends Head {
  readonly chain: Uuid
  /** RFC 3339 in UTC. */
  readonly signedAt: string
}

const TYPE = 'gpuaas-audit-checkpoint+jws'

const payloadSchema = z.object({
  chain: z.string(),
  sequence: z.int().positive(),
  hash: z.string(),
  signedAt: z.string(),
})

export interface CheckpointSigner {
  /** A compact JSON Web Signature (RFC 7515) whose payload is the checkpoint. */
  readonly sign: (checkpoint: Checkpoint) => Promise<string>
}

/** Signs with the first key of the ring. */
export const createCheckpointSigner = ([{ kid, alg, ...jwk }]: KeyRing): CheckpointSigner => {
  const privateKey = createPrivateKey({ key: { ...jwk }, format: 'jwk' })
  return {
    sign: ({ chain, sequence, hash, signedAt }) =>
      new CompactSign(Buffer.from(JSON.stringify({ chain, sequence, hash, signedAt })))
        .setProtectedHeader({ alg, kid, typ: TYPE })
        .sign(privateKey),
  }
}

/** Reads a checkpoint whose signature one of the keys made. Every other text is `INVALID`. Throws `KeysUnavailable`. */
export const verifyCheckpoint = async (token: string, keys: KeySet): Promise<Result<Checkpoint, 'INVALID'>> => {
  try {
    const { payload, protectedHeader } = await compactVerify(
      token,
      (header, jws) => keys.key({ ...header, alg: header.alg }, jws),
      { algorithms: ['EdDSA', 'ES256'] },
    )
    const parsed = payloadSchema.safeParse(JSON.parse(Buffer.from(payload).toString()))
    if (!parsed.success || protectedHeader.typ !== TYPE) return err('INVALID')
    return ok({ ...parsed.data, chain: parsed.data.chain as Uuid }) // signed: the sealer writes the chain's id
  } catch (error) {
    if (error instanceof Error && error.name === 'KeysUnavailable') throw error
    return err('INVALID')
  }
}
