import { announce, endOnSignals, openPart } from './part-process.ts'
import { createInternalTokenVerifier } from '../platform/access/internal-token.ts'
import { publicKeys } from '../platform/crypto/key-ring.ts'
import { localKeySet } from '../platform/crypto/key-set.ts'
import { systemIds } from '../platform/ids/generator.ts'
import { MODULES } from '../server/modules.ts'
import { createSubgraphServer } from '../server/subgraph/http.ts'
import { startSubgraph } from '../server/subgraphs.ts'

/** All six subgraphs on HTTP, each on a port of its own, for the gateways that reach them so. */
endOnSignals()
const { config, log, clock, place, cache, access, signingKeys } = await openPart()
const published = publicKeys(signingKeys)
const keys = localKeySet(() => published)
const surroundings = { place, poolSize: config.databasePoolSize, cache, access, clock, ids: systemIds, log }

for (const module of MODULES) {
  const running = startSubgraph(module, surroundings)
  const server = createSubgraphServer({
    subgraphs: [
      {
        subgraph: running.hosted(),
        verifier: createInternalTokenVerifier({
          audience: module.name,
          issuer: config.internalTokenIssuer,
          keys,
          clock,
          log,
        }),
      },
    ],
    grants: access.grants,
    log,
    ready: () => running.database.ping(),
  })
  announce(module.name, await server.listen({ host: config.host, port: 0 }))
}
