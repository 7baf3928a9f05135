import { createFileGrantSource } from '../platform/access/file-grant-source.ts'
import { createGrantCache, type GrantCache, type GrantCacheParts } from '../platform/access/grant-cache.ts'
import { createGrantWatch, type GrantWatch } from '../platform/access/grant-watch.ts'
import { parseGrants, type GrantsBySubject } from '../platform/access/grants-file.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Config } from '../platform/config/config.ts'
import { localKeySet } from '../platform/crypto/key-set.ts'
import { catalogued } from '../platform/errors/catalogue.ts'
import { openFollowedFile } from '../platform/files/followed-file.ts'
import type { Log } from '../platform/log/log.ts'
import { parseKeySet } from './identity/key-set-file.ts'
import { createTokenVerifier, type TokenVerifier } from './identity/token-verifier.ts'

export interface GeneralIdentityOptions {
  readonly config: Pick<Config, 'jwksFile' | 'jwtIssuer' | 'jwtAudience' | 'grantsFile'>
  readonly clock: Clock
  readonly log: Log
}

/** Who the callers of the general gateway are, and what they may do: both from files that are followed. */
export interface GeneralIdentity {
  readonly verifier: TokenVerifier
  readonly grants: GrantCache
  /** Reviews what is open when the file of the grants changes. */
  readonly watch: GrantWatch
  /** Every capability that the file grants to anybody. */
  readonly granted: () => ReadonlySet<string>
  readonly stop: () => Promise<void>
}

const NOBODY: GrantsBySubject = new Map()

/** Every gateway follows the file by itself: nobody has to be told. */
const ALONE: GrantCacheParts['bus'] = {
  publish: () => Promise.resolve(),
  subscribe: () => Promise.resolve(() => Promise.resolve()),
}

/**
 * Opens the files of the general gateway's identity; undefined where `JWKS_FILE` is not set. Rejects with one
 * `CONFIG_INVALID` that names every file that cannot be used.
 */
export const openGeneralIdentity = async (options: GeneralIdentityOptions): Promise<GeneralIdentity | undefined> => {
  const { config, clock, log } = options
  const { jwksFile, jwtIssuer, jwtAudience, grantsFile } = config
  if (jwksFile === undefined || jwtIssuer === undefined || jwtAudience === undefined) return undefined

  const source = createFileGrantSource(() => entries.current())
  const grants = createGrantCache({ source, bus: ALONE, clock })
  const opening =
    grantsFile === undefined
      ? Promise.resolve({ current: () => NOBODY, stop: () => undefined })
      : openFollowedFile({
          setting: 'GRANTS_FILE',
          file: grantsFile,
          parse: parseGrants,
          log,
          onChange: () => void grants.announce('everyone'),
        })
  const [keys, entries] = await both(
    openFollowedFile({ setting: 'JWKS_FILE', file: jwksFile, parse: parseKeySet, log }),
    opening,
  )

  const watch = createGrantWatch({ grants, log })
  return {
    verifier: createTokenVerifier({
      issuer: jwtIssuer,
      audience: jwtAudience,
      keys: localKeySet(keys.current),
      keyIds: 'optional',
      clock,
      log,
    }),
    grants,
    watch,
    granted: () => capabilitiesIn(entries.current()),
    stop: async () => {
      keys.stop()
      entries.stop()
      watch.stop()
      await grants.stop()
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Both, or one error with what is wrong with either. */
const both = async <One, Other>(one: Promise<One>, other: Promise<Other>): Promise<readonly [One, Other]> => {
  const [first, second] = await Promise.allSettled([one, other])
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value]
  const reasons = [first, second].flatMap((settled) =>
    settled.status === 'rejected' ? [reasonOf(settled.reason)] : [],
  )
  throw catalogued('CONFIG_INVALID', {}, { message: reasons.join('\n') })
}

const capabilitiesIn = (entries: GrantsBySubject): ReadonlySet<string> => {
  const names = new Set<string>()
  for (const { platform, organizations, projects } of entries.values()) {
    for (const name of platform) names.add(name)
    for (const { capabilities } of [...organizations.values(), ...projects.values()]) {
      for (const name of capabilities) names.add(name)
    }
  }
  return names
}
