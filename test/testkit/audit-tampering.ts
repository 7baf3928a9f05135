import type { CheckpointSigner } from '../../platform/audit/checkpoint.ts'
import { EMPTY_CHAIN, hashOf, SOURCE_MEMBERS, type SealedEntry, type SourceRow } from '../../platform/audit/entry.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import { chainOf, uuid, type AuditLog } from './audit-history.ts'

/** Where somebody tampers: a chain that has entries, one of them, and another by a number. */
interface Spot {
  readonly log: AuditLog
  readonly victim: SealedEntry
  readonly length: number
  /** Turns to anything that has to be chosen. */
  readonly dice: number
  /** The key of the sealer: what it signed for one place is moved to another. */
  readonly signer: CheckpointSigner
  /** A key of the forger's own. */
  readonly forger: CheckpointSigner
}

/** A log after somebody tampered with it, and the sequence where that must be noticed. */
interface Tampered {
  readonly log: AuditLog
  readonly sequence: number
}

const other = (value: string | null): string => `${value ?? ''}x`

const replaced = ({ log, victim }: Spot, change: Partial<SealedEntry>): AuditLog => ({
  ...log,
  entries: log.entries.map((entry) => (entry === victim ? { ...entry, ...change } : entry)),
})

/** Hashes the chain anew from a sequence on, as everybody can. */
const rehashed = (log: AuditLog, chain: Uuid, from: number): AuditLog => {
  let head = chainOf(log, chain)[from - 2]?.hash ?? EMPTY_CHAIN.hash
  const anew = chainOf(log, chain)
    .slice(from - 1)
    .map((entry) => {
      const open = { ...entry, previousHash: head }
      head = hashOf(open)
      return { ...open, hash: head }
    })
  const kept = log.entries.filter((entry) => entry.chain !== chain || entry.sequence < from)
  return { ...log, entries: [...kept, ...anew] }
}

const changedSource = ({ log, victim }: Spot, change: Partial<SourceRow>): AuditLog => ({
  ...log,
  sources: log.sources.map((row) => (row.id === victim.id ? { ...row, ...change } : row)),
})

const nextCheckpoint = ({ checkpoints }: AuditLog, { chain, sequence }: SealedEntry): number =>
  Math.min(
    ...checkpoints.filter((held) => held.chain === chain && held.sequence >= sequence).map((held) => held.sequence),
  )

/** A row of the forger's own at the victim's place; what follows is pushed on. */
const inserted = ({ log, victim }: Spot): { readonly log: AuditLog; readonly row: SourceRow } => {
  const { chain, sequence } = victim
  const own = { ...victim, id: uuid(9_999), action: 'forged' }
  const row = Object.fromEntries(SOURCE_MEMBERS.map((name) => [name, own[name]])) as unknown as SourceRow // its members
  const pushed = log.entries.map((entry) =>
    entry.chain === chain && entry.sequence >= sequence ? { ...entry, sequence: entry.sequence + 1 } : entry,
  )
  return { log: rehashed({ ...log, entries: [...pushed, own] }, chain, sequence), row }
}

const swapped = ({ log, victim, length, dice }: Spot): Tampered => {
  const at = ((victim.sequence + (dice % (length - 1))) % length) + 1
  const entries = log.entries.map((entry) => {
    if (entry.chain !== victim.chain) return entry
    if (entry.sequence === at) return { ...entry, sequence: victim.sequence }
    return entry.sequence === victim.sequence ? { ...entry, sequence: at } : entry
  })
  return { log: { ...log, entries }, sequence: Math.min(at, victim.sequence) }
}

const cut = ({ log, victim }: Spot): readonly SealedEntry[] =>
  log.entries.filter(({ chain, sequence }) => chain !== victim.chain || sequence < victim.sequence)

const resigned = async ({ log, victim }: Spot, by: CheckpointSigner): Promise<Tampered> => {
  const sequence = nextCheckpoint(log, victim)
  const checkpoints = await Promise.all(
    log.checkpoints.map(async (held) => {
      if (held.chain !== victim.chain || held.sequence !== sequence) return held
      const hash = chainOf(log, victim.chain)[sequence - 1]?.hash ?? ''
      return { ...held, token: await by.sign({ chain: held.chain, sequence, hash, signedAt: held.signedAt }) }
    }),
  )
  return { log: { ...log, checkpoints }, sequence }
}

type Tampering = (spot: Spot) => Tampered | Promise<Tampered>

/** Every member of a row but its place, each named here, so that one left out of the hash is noticed. */
const TEXTS = [
  ...(['source', 'occurredAt', 'action', 'target', 'result', 'code', 'count', 'details'] as const),
  ...(['actorKind', 'actorId', 'projectId', 'correlationId'] as const),
]

/** What may be tried without the key, each noticed at the victim itself unless it says otherwise. */
export const TAMPERINGS: readonly (readonly [what: string, tampering: Tampering])[] = [
  ...[...TEXTS, 'sealedAt' as const, 'hash' as const, 'previousHash' as const].map((name): [string, Tampering] => [
    `an entry's ${name} is changed`,
    (spot) => ({ log: replaced(spot, { [name]: other(spot.victim[name]) }), sequence: spot.victim.sequence }),
  ]),
  ["an entry's id is changed", (spot) => at(spot, replaced(spot, { id: uuid(7_777) }))],
  ['an entry is moved into another chain', (spot) => at(spot, replaced(spot, { chain: uuid(8_888) }))],
  ['an entry is moved to the end', (spot) => at(spot, replaced(spot, { sequence: spot.length + 1 + (spot.dice % 9) }))],
  [
    'an entry is deleted',
    (spot) => at(spot, { ...spot.log, entries: spot.log.entries.filter((e) => e !== spot.victim) }),
  ],
  [
    'two entries change places',
    (spot) => (spot.length < 2 ? at(spot, replaced(spot, { action: other('') })) : swapped(spot)),
  ],
  ['an entry is put in', (spot) => at(spot, inserted(spot).log)],
  [
    'an entry is put in, and a row for it',
    (spot) => {
      const { log, row } = inserted(spot)
      const sequence = nextCheckpoint(spot.log, spot.victim)
      return { log: { ...log, sources: [...log.sources, row] }, sequence }
    },
  ],
  ['the tail is cut off', (spot) => at(spot, { ...spot.log, entries: cut(spot) })],
  [
    'the tail is cut off with its checkpoints',
    (spot) => {
      const { chain, sequence } = spot.victim
      const checkpoints = spot.log.checkpoints.filter((held) => held.chain !== chain || held.sequence < sequence)
      return at(spot, { ...spot.log, entries: cut(spot), checkpoints })
    },
  ],
  [
    'the tail is cut off with its rows',
    (spot) => {
      const entries = cut(spot)
      return at(spot, {
        ...spot.log,
        entries,
        sources: spot.log.sources.filter(({ id }) => entries.some((e) => e.id === id)),
      })
    },
  ],
  [
    'the chain is hashed anew from a changed entry on',
    (spot) => {
      const { chain, sequence, action } = spot.victim
      return at(spot, rehashed(replaced(spot, { action: other(action) }), chain, sequence))
    },
  ],
  [
    'the chain is hashed anew from a changed entry on, whose row is changed too',
    (spot) => {
      const { chain, sequence, actorId } = spot.victim
      const change = { actorId: other(actorId) }
      const log = rehashed(replaced({ ...spot, log: changedSource(spot, change) }, change), chain, sequence)
      return { log, sequence: nextCheckpoint(log, spot.victim) }
    },
  ],
  [
    'an entry is hashed anew by itself, and its row is changed too',
    (spot) => {
      const change = { actorId: other(spot.victim.actorId) }
      const hash = hashOf({ ...spot.victim, ...change })
      const log = replaced({ ...spot, log: changedSource(spot, change) }, { ...change, hash })
      return { log, sequence: Math.min(nextCheckpoint(log, spot.victim), spot.victim.sequence + 1) }
    },
  ],
  ...TEXTS.map((name): [string, Tampering] => [
    `the ${name} of the row that was sealed is changed`,
    (spot) => at(spot, changedSource(spot, { [name]: other(spot.victim[name]) })),
  ]),
  [
    'the row that was sealed is deleted',
    (spot) => at(spot, { ...spot.log, sources: spot.log.sources.filter(({ id }) => id !== spot.victim.id) }),
  ],
  ['a checkpoint is signed by another key', (spot) => resigned(spot, spot.forger)],
  [
    'a checkpoint is that of another place',
    (spot) => resigned(spot, { sign: (right) => spot.signer.sign({ ...right, sequence: right.sequence + 1 }) }),
  ],
  [
    'a checkpoint is that of another chain',
    (spot) => resigned(spot, { sign: (right) => spot.signer.sign({ ...right, chain: uuid(8_888) }) }),
  ],
]

function at({ victim }: Spot, log: AuditLog): Tampered {
  return { log, sequence: victim.sequence }
}
