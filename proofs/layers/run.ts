import { CONFIGURATIONS, type Standing } from './layers.ts'
import { intrusions, succeeded, victimsRows, type Intrusion } from './suite.ts'
import { accessWithoutL2, INTRUDER, withoutFamily, withoutL3, withoutL4 } from './switched-off.ts'
import { readGraph } from '../model/read-graph.ts'
import { answerOf, post } from '../stage/answer.ts'
import { arrangePrograms } from '../stage/programs.ts'
import { productSupergraph } from '../stage/stage.ts'
import { readThings } from '../stage/things.ts'
import { createWorld, type World } from '../stage/world.ts'
import { createGateway } from '../../gateway/create-gateway.ts'
import { inProcessTransport } from '../../gateway/transport/in-process-transport.ts'
import { createAccess } from '../../platform/access/access.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { createMemoryCache } from '../../platform/cache/memory-cache.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { silentLog } from '../../platform/log/log.ts'
import type { SubgraphModule } from '../../platform/subgraph/module.ts'
import { openAccess } from '../../server/access.ts'
import { MODULES } from '../../server/modules.ts'
import { startSubgraph } from '../../server/subgraphs.ts'
import { WORLD_ENVELOPE, WORLD_PEPPERS } from '../../test/testkit/world-account.ts'

/** What became of every intrusion while these layers stood. */
export interface LayerResult {
  readonly standing: Standing
  readonly denied: readonly string[]
  readonly reached: readonly string[]
}

const CALLER: Principal = {
  ...{ kind: 'user', subject: INTRUDER.subject, sessionId: undefined },
  ...{ authenticatedAt: new Date(), assurance: 'multi' },
}

/** A subgraph whose repositories are given another door to the database. */
const withDatabase = (module: SubgraphModule, change: (database: Database) => Database): SubgraphModule => ({
  ...module,
  start: (platform) => module.start({ ...platform, database: change(platform.database) }),
})

/**
 * Tries every intrusion while these layers stand. `unconfined` names one subgraph whose repositories have lost their
 * scope although the layer stands everywhere else.
 */
export const tryAll = async (
  world: World,
  standing: Standing,
  supergraph: string,
  suite: readonly Intrusion[],
  unconfined?: string,
): Promise<LayerResult> => {
  const surroundings = {
    clock: systemClock,
    ids: systemIds,
    log: silentLog,
    peppers: WORLD_PEPPERS,
    envelope: WORLD_ENVELOPE,
  }
  const has = (layer: 'L1 preflight' | 'L2 subgraph' | 'L3 repository'): boolean => standing.has(layer)
  const cache = createMemoryCache(surroundings)
  const access = await openAccess({ ...surroundings, url: world.database.urlOf('access'), poolSize: 2, cache })
  const own = await access.grants.load(CALLER)
  const real = () => createAccess({ principal: CALLER, grants: own, reload: access.grants.fresh })
  // Where L2 stands, it decides before a repository is made: what L3 would be given does not come to be.
  const isConfined = (name: string): boolean => has('L3 repository') && name !== unconfined
  const bySubgraph = (name: string) =>
    has('L2 subgraph') ? real() : accessWithoutL2(CALLER, own, isConfined(name) ? 'confined' : 'not confined')
  const running = MODULES.map((module) =>
    startSubgraph(isConfined(module.name) ? module : withDatabase(module, withoutL3), {
      ...surroundings,
      ...{ place: world.database, poolSize: 2, cache, access },
    }),
  )
  const gateway = await createGateway({
    supergraph: { sdl: has('L1 preflight') ? supergraph : withoutFamily(supergraph) },
    transports: (name) => {
      const subgraph = running.find((candidate) => candidate.name === name)
      if (subgraph === undefined) throw new Error(`The product has no subgraph ${name}`)
      const hosted = subgraph.hosted()
      return inProcessTransport({
        ...{ name, timeoutMs: 30_000, schema: hosted.schema },
        context: ({ correlationId, cancellation }) =>
          hosted.context({ access: bySubgraph(name), correlationId, cancellation }),
      })
    },
    verifier: { authenticate: () => Promise.resolve({ principal: CALLER, expiresAt: undefined }) },
    access: () => Promise.resolve(real()),
    log: silentLog,
    production: false,
  })
  try {
    const { url } = await gateway.listen(0, '127.0.0.1')
    const look = await victimsRows(world.owner)
    const denied: string[] = []
    const reached: string[] = []
    for (const of of suite) {
      const before = await look()
      const { data } = answerOf(await post(`${url}/graphql`, { query: of.query, variables: of.variables() }, {}))
      ;(succeeded(of, data, before, await look()) ? reached : denied).push(of.coordinate)
    }
    return { standing, denied, reached }
  } finally {
    await gateway.stop(0)
    await Promise.all(running.map(({ database }) => database.close()))
    await access.close()
    await cache.close()
  }
}

/** Every intrusion against every set of layers: sixteen products, half of them on a database without its layer. */
export const runLayers = async (
  configurations: readonly Standing[] = CONFIGURATIONS,
): Promise<readonly LayerResult[]> => {
  const supergraph = await productSupergraph()
  const results: LayerResult[] = []
  for (const database of ['with L4', 'without L4'] as const) {
    const wanted = configurations.filter((standing) => standing.has('L4 database') === (database === 'with L4'))
    if (wanted.length === 0) continue
    const world = await createWorld()
    try {
      await arrangePrograms(world.owner)
      if (database === 'without L4') await withoutL4(world.owner)
      const [target, neighbour] = [await readThings(world.owner, 'target'), await readThings(world.owner, 'neighbour')]
      const suite = intrusions({ graph: readGraph(supergraph), target, neighbour, replay: new Map() })
      for (const standing of wanted) results.push(await tryAll(world, standing, supergraph, suite))
    } finally {
      await world.drop()
    }
  }
  return results
}
