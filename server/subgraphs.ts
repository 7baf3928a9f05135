import { graphDigest } from '../schema/graph-digest.ts'
import { withUpkeep } from './upkeep.ts'
import { hostSubgraph, type HostedSubgraph } from './subgraph/build.ts'
import type { AccessDirectory } from './access.ts'
import type { DatabasePlace } from '../platform/database/place.ts'
import type { DenialRecorder } from '../platform/access/denials.ts'
import type { Cache } from '../platform/cache/cache.ts'
import type { Envelope } from '../platform/crypto/envelope.ts'
import type { Peppers } from '../platform/crypto/peppers.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { DatabaseLogin } from '../platform/config/logins.ts'
import type { KeySet } from '../platform/crypto/key-set.ts'
import { openDatabase, type Database, type DomainSchema } from '../platform/database/database.ts'
import type { IdGenerator } from '../platform/ids/generator.ts'
import type { Log } from '../platform/log/log.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import type {
  Subgraph,
  SubgraphModule,
  SubgraphName,
  TerminalBounds,
  WebhookMeans,
} from '../platform/subgraph/module.ts'

export interface SubgraphSurroundings {
  readonly place: Pick<DatabasePlace, 'urlOf'>
  readonly poolSize: number
  readonly cache: Cache
  readonly access: AccessDirectory
  readonly peppers?: Peppers | undefined
  readonly envelope?: Envelope | undefined
  readonly webhooks?: WebhookMeans | undefined
  readonly notificationDays?: number
  /** By which checkpoints of the audit log are checked. */
  readonly checkpointKeys?: KeySet | undefined
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly log: Log
  readonly metrics?: Metrics
  /** Told of denied uses of audited fields. */
  readonly denials?: DenialRecorder
  readonly terminals?: TerminalBounds
}

/** A subgraph of this process: what it does, what it serves, and its own door to the database. */
export interface RunningSubgraph {
  readonly name: SubgraphName
  readonly subgraph: Subgraph
  readonly hosted: () => HostedSubgraph
  readonly database: Database
}

/** Each subgraph's PostgreSQL schema, and the login that may use it and no other (R90). */
export const DOMAIN_SCHEMAS = {
  iam: 'iam',
  compute: 'compute',
  'app-platform': 'app_platform',
  storage: 'storage',
  billing: 'billing',
  notifications: 'notifications',
} as const satisfies Record<SubgraphName, DomainSchema & DatabaseLogin>

export const startSubgraph = (module: SubgraphModule, surroundings: SubgraphSurroundings): RunningSubgraph => {
  const { place, poolSize, cache, access, peppers, envelope, webhooks, terminals } = surroundings
  const { checkpointKeys, clock, ids, metrics, denials } = surroundings
  const log = surroundings.log.child({ subgraph: module.name })
  const schema = DOMAIN_SCHEMAS[module.name]
  const database = openDatabase({
    url: place.urlOf(schema),
    schema,
    poolSize,
    applicationName: `gpuaas-${module.name}`,
    clock,
    ids,
    log,
    ...(metrics && { metrics, onKey: metrics.idempotencyKey }),
  })
  const started = module.start({
    database,
    cache,
    announceGrants: access.grants.announce,
    grants: access.grants,
    watch: access.watch.watch,
    audience: access.audience,
    ...(peppers && { peppers }),
    ...(envelope && { envelope }),
    webhooks,
    notificationDays: surroundings.notificationDays,
    graph: graphDigest(),
    checkpointKeys,
    ...(terminals && { terminals }),
    clock,
    ids,
    log,
  })
  const subgraph = withUpkeep(module.name, started, database)
  let hosted: HostedSubgraph | undefined
  return {
    name: module.name,
    subgraph,
    // Only where fields are served: a worker does without the schema.
    hosted: () => (hosted ??= hostSubgraph(module, subgraph, { clock, ...(denials && { denials }) })),
    database,
  }
}
