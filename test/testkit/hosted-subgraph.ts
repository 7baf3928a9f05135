import { NO_GRANTS } from '../../platform/access/grants.ts'
import { execute, parse, validate } from 'graphql'
import type { AffectedPrincipals } from '../../platform/access/grant-cache.ts'
import { createMemoryCache } from '../../platform/cache/memory-cache.ts'
import { Cancellation } from '../../platform/cancellation/cancellation.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { silentLog } from '../../platform/log/log.ts'
import type { SubgraphModule, SubgraphPlatform } from '../../platform/subgraph/module.ts'
import type { DomainSchema } from '../../platform/database/database.ts'
import type { PoolMetrics } from '../../platform/database/scoped-pool.ts'
import { hostSubgraph } from '../../server/subgraph/build.ts'
import { WORLD_ENVELOPE, WORLD_PEPPERS } from './world-account.ts'
import type { World } from './world.ts'

/** What a caller got: data, and of each error its path and code. */
export interface Outcome {
  readonly data: unknown
  readonly errors: readonly { readonly path: string; readonly code: unknown }[]
}

/** Asks a subgraph, its rules enforced, as a member of a world. */
export type Ask = (member: string, document: string, variables?: Readonly<Record<string, unknown>>) => Promise<Outcome>

export interface HostOptions {
  /** How members signed in; with one factor unless told. */
  readonly factors?: 'single' | 'multi'
  /** Gets whose grants the subgraph said have changed. */
  readonly announced?: AffectedPrincipals[]
  /** By which checkpoints of the audit log are checked. */
  readonly checkpointKeys?: SubgraphPlatform['checkpointKeys']
  /** Hears of each statement. */
  readonly metrics?: PoolMetrics
}

/** A subgraph over a world's database, under the subgraph's own role. What is not valid for its schema is a fault. */
export const hostedSubgraph = (
  world: World,
  module: SubgraphModule,
  schema: DomainSchema,
  { factors, announced, checkpointKeys, metrics }: HostOptions = {},
): Ask => {
  const { clock } = world
  const platform = {
    checkpointKeys,
    database: world.open(schema, { metrics }),
    cache: createMemoryCache({ clock, log: silentLog }),
    graph: '0'.repeat(64),
    announceGrants: (affected: AffectedPrincipals) => {
      announced?.push(affected)
      return Promise.resolve()
    },
    peppers: WORLD_PEPPERS,
    envelope: WORLD_ENVELOPE,
    grants: { load: () => Promise.resolve(NO_GRANTS) },
    watch: () => () => undefined,
    audience: () => Promise.resolve([]),
    clock,
    ids: systemIds,
    log: silentLog,
  }
  const hosted = hostSubgraph(module, module.start(platform), { clock })

  return async (member, text, variables = {}) => {
    const document = parse(text)
    const [fault] = validate(hosted.schema, document)
    if (fault) throw fault
    const access = await world.access(member, factors)
    const contextValue = hosted.context({ access, correlationId: 'test', cancellation: new Cancellation() })
    const { data, errors = [] } = await execute({
      schema: hosted.schema,
      document,
      variableValues: variables,
      contextValue,
    })
    return {
      data: JSON.parse(JSON.stringify(data ?? null)) as unknown, // null prototypes and dates become plain
      errors: errors.map(({ path = [], extensions, message }) => ({
        path: path.join('.'),
        code: extensions['code'] ?? message,
      })),
    }
  }
}

/** The text at a path of an answer's data: `createApp.app.id`. A fault where there is none. */
export const textAt = ({ data, errors }: Outcome, path: string): string => {
  const found = path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      data,
    )
  if (typeof found !== 'string') throw new Error(`No text at ${path} of ${JSON.stringify({ data, errors })}`)
  return found
}
