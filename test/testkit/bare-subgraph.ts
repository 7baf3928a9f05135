import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock, type ManualClock } from './manual-clock.ts'
import { createInternalSigner, type InternalSigner } from '../../gateway/identity/internal-signer.ts'
import { createGrantCache } from '../../platform/access/grant-cache.ts'
import { createGrantWatch } from '../../platform/access/grant-watch.ts'
import { NO_GRANTS, type Grants } from '../../platform/access/grants.ts'
import { createInternalTokenVerifier } from '../../platform/access/internal-token.ts'
import { principalKey, type Principal } from '../../platform/access/principal.ts'
import { createMemoryCache } from '../../platform/cache/memory-cache.ts'
import { createKeyRing, type KeyRing } from '../../platform/crypto/key-ring.ts'
import { localKeySet } from '../../platform/crypto/key-set.ts'
import { silentLog } from '../../platform/log/log.ts'
import type { Subgraph } from '../../platform/subgraph/module.ts'
import { hostSubgraph } from '../../server/subgraph/build.ts'
import { createSubgraphServer, type SubgraphServerParts } from '../../server/subgraph/http.ts'

/** A subgraph of a test on a real socket, by the name of `storage`: its rules enforced, its callers by internal token. */
export interface BareSubgraph {
  readonly url: string
  readonly clock: ManualClock
  readonly keys: KeyRing
  readonly signer: InternalSigner
  /** Changes what somebody holds, and announces it. */
  readonly change: (principal: Principal, to: Grants) => Promise<void>
  /** As if the message of the change were lost. */
  readonly changeInSilence: (principal: Principal, to: Grants) => void
  readonly stop: () => Promise<void>
}

export interface BareSubgraphParts {
  readonly sdl: string
  readonly resolvers: Subgraph['resolvers']
  readonly context?: Subgraph['context']
  /** What each principal holds at first. */
  readonly holds: readonly (readonly [Principal, Grants])[]
  readonly server?: Partial<SubgraphServerParts>
}

export const startBareSubgraph = async (parts: BareSubgraphParts): Promise<BareSubgraph> => {
  const { sdl, resolvers, context = () => ({}), holds, server: more } = parts
  const folder = await mkdtemp(join(tmpdir(), 'gpuaas-subgraph-'))
  const file = join(folder, 'schema.graphql')
  await writeFile(file, sdl)
  const clock = manualClock(new Date())
  const keys = await createKeyRing('EdDSA')
  const signer = createInternalSigner({ keys, clock })
  const held = new Map(holds.map(([principal, grants]) => [principalKey(principal), grants]))
  const cache = createMemoryCache({ clock, log: silentLog })
  const grants = createGrantCache({
    source: { load: (principal) => Promise.resolve(held.get(principalKey(principal)) ?? NO_GRANTS) },
    bus: cache,
    clock,
  })
  await grants.start()
  const watch = createGrantWatch({ grants, log: silentLog })
  const subgraph: Subgraph = { resolvers, context, eventHandlers: {}, jobs: {} }
  const server = createSubgraphServer({
    subgraphs: [
      {
        subgraph: hostSubgraph({ name: 'storage', schemaFiles: [file], start: () => subgraph }, subgraph, { clock }),
        verifier: createInternalTokenVerifier({
          audience: 'storage',
          keys: localKeySet(signer.jwks),
          clock,
          log: silentLog,
        }),
      },
    ],
    grants,
    watch: watch.watch,
    log: silentLog,
    ready: () => Promise.resolve(),
    ...more,
  })
  return {
    url: await server.listen({ host: '127.0.0.1', port: 0 }),
    clock,
    keys,
    signer,
    changeInSilence: (principal, to) => void held.set(principalKey(principal), to),
    change: async (principal, to) => {
      held.set(principalKey(principal), to)
      await grants.announce([principalKey(principal)])
    },
    stop: async () => {
      watch.stop()
      await server.close()
      await grants.stop()
      await cache.close()
      await rm(folder, { recursive: true })
    },
  }
}
