import { createInternalSigner, type InternalSigner } from './internal-signer.ts'
import { openSigningKeys, type SigningKeySources } from './signing-keys.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { KeyRing } from '../../platform/crypto/key-ring.ts'
import type { Log } from '../../platform/log/log.ts'
import type { Metrics } from '../../platform/metrics/metrics.ts'

export interface OpenSignerOptions {
  readonly sources: SigningKeySources
  readonly issuer: string
  readonly clock: Clock
  readonly log: Log
  readonly metrics?: Pick<Metrics, 'instruments'>
}

/** A signer whose keys turn while it works. */
export interface OpenedSigner {
  readonly signer: InternalSigner
  /** Follows its keys no more. */
  readonly stop: () => void
}

/**
 * The signer of this gateway, with the keys that its settings name. When their file changes it signs with the new
 * first key from the next token on; log and metrics say which key that is. Rejects with `CONFIG_INVALID` for a file
 * that cannot be used.
 */
export const openInternalSigner = async (options: OpenSignerOptions): Promise<OpenedSigner> => {
  const { sources, issuer, clock, log, metrics } = options
  const keys = await openSigningKeys({
    sources,
    log,
    onChange: (ring) => {
      signer.use(ring)
      announce(ring)
    },
  })
  const signer = createInternalSigner({ keys: keys.current(), clock, issuer })

  const announce = (ring: KeyRing): void => {
    const [active, ...published] = ring.map(({ kid }) => kid)
    log.info({ active, published }, 'internal tokens are signed with the active key; the published ones stay valid')
  }
  announce(keys.current())
  metrics?.instruments.gauge({
    name: 'gpuaas_internal_signing_key',
    help: 'The keys of internal tokens: 1 for the one that signs, 0 for those that are published beside it.',
    labels: ['kid'],
    read: (set) => {
      keys.current().forEach(({ kid }, index) => {
        set({ kid }, index === 0 ? 1 : 0)
      })
    },
  })
  return { signer, stop: keys.stop }
}
