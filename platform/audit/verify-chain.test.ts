import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CHAINS, chainOf, historyArbitrary, sealed, type AuditLog } from '../../test/testkit/audit-history.ts'
import { TAMPERINGS } from '../../test/testkit/audit-tampering.ts'
import { createKeyRing, publicKeys } from '../crypto/key-ring.ts'
import { localKeySet, type KeySet } from '../crypto/key-set.ts'
import type { Uuid } from '../ids/id.ts'
import { createCheckpointSigner, type CheckpointSigner } from './checkpoint.ts'
import { EMPTY_CHAIN } from './entry.ts'
import { verifyPage, verifyTail, type Break, type Verified } from './verify-chain.ts'

let signer: CheckpointSigner
let forger: CheckpointSigner
let keys: KeySet

beforeAll(async () => {
  const ring = await createKeyRing('EdDSA')
  const published = publicKeys(ring)
  keys = localKeySet(() => published)
  signer = createCheckpointSigner(ring)
  forger = createCheckpointSigner(await createKeyRing('EdDSA'))
})

/** Verifies a chain in pages, to its end. */
const breakOf = async (log: AuditLog, chain: Uuid, pageSize: number): Promise<Break | undefined> => {
  const entries = chainOf(log, chain)
  const checkpoints = log.checkpoints.filter((checkpoint) => checkpoint.chain === chain)
  const sources = new Map(log.sources.filter((row) => row.chain === chain).map((row) => [row.id, row]))
  let verified: Verified = { head: EMPTY_CHAIN, sealedAt: undefined, checkpoint: undefined }
  for (let from = 0; from < entries.length; from += pageSize) {
    const page = { entries: entries.slice(from, from + pageSize), sources, checkpoints }
    const verdict = await verifyPage(verified, page, keys)
    if (verdict.broken !== undefined) return verdict.broken
    verified = verdict.verified
  }
  const tail = verifyTail(verified, {
    lastEntry: entries.at(-1)?.sequence ?? 0,
    lastCheckpoint: Math.max(0, ...checkpoints.map(({ sequence }) => sequence)),
    neverSealed: [...sources.keys()].filter((id) => !entries.some((entry) => entry.id === id)).length,
  })
  if (tail === 'GREW') throw new Error('the last entry was verified')
  return tail === 'COMPLETE' ? undefined : tail
}

const pageSize = fc.integer({ min: 1, max: 9 })

test('R81: whatever was written and however it was sealed, an untouched chain is intact', async () => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary, pageSize, async (history, size) => {
      const log = await sealed(history, signer)
      for (const chain of CHAINS) expect(await breakOf(log, chain, size)).toBeUndefined()
    }),
    { numRuns: 100 },
  )
})

describe('R81: the first broken sequence is named, and no other chain is blamed, when', () => {
  test.each(TAMPERINGS)('%s', async (_, tampering) => {
    await fc.assert(
      fc.asyncProperty(historyArbitrary, fc.nat(), fc.nat(), pageSize, async (history, pick, dice, size) => {
        const log = await sealed(history, signer)
        const victim = log.entries[pick % log.entries.length]
        if (victim === undefined) throw new Error('a history has a row')
        const spot = { log, victim, dice, signer, forger, length: chainOf(log, victim.chain).length }
        const tampered = await tampering(spot)
        for (const chain of CHAINS) {
          const expected = chain === victim.chain ? tampered.sequence : undefined
          expect((await breakOf(tampered.log, chain, size))?.sequence).toBe(expected)
        }
      }),
      { numRuns: 40 },
    )
  })
})
