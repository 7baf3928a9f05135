import { openAuditKeys, type AuditKeys } from './audit-keys.ts'
import { openAccess } from './access.ts'
import { part } from './part.ts'
import { openEnvelope } from './envelope.ts'
import { openPeppers } from './peppers.ts'
import { openCache } from './stores.ts'
import { openWebhooks } from './webhooks.ts'
import type { RunningSubgraph } from './subgraphs.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Config } from '../platform/config/config.ts'
import { isEmbedded } from '../platform/config/roles.ts'
import { placeDatabase } from '../platform/database/place.ts'
import type { IdGenerator } from '../platform/ids/generator.ts'
import type { Log } from '../platform/log/log.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { SubgraphName } from '../platform/subgraph/module.ts'
import { startTracing } from '../platform/tracing/tracing.ts'

export interface Surroundings {
  readonly config: Config
  readonly log: Log
  readonly clock: Clock
  readonly ids: IdGenerator
  readonly metrics: Metrics
  /** Tells the person who started the process what it waits for. */
  readonly progress: (message: string) => void
}

/** As traces show the process: `gpuaas-graph` for the whole product, `gpuaas-gateway` and the like for a part of it. */
const serviceName = (roles: Config['roles']): string =>
  isEmbedded(roles) ? 'gpuaas-graph' : `gpuaas-${[...roles].join('+')}`

/** What every role of the product is built on. Each part is started only where a role needs it (`program.ts`). */
export const commonParts = (surroundings: Surroundings) => {
  const { config, log, clock, ids, metrics, progress } = surroundings

  const tracing = part({
    name: 'tracing',
    remedy: 'Check OTEL_EXPORTER_OTLP_ENDPOINT, or unset it to run without traces.',
    open: () => startTracing({ serviceName: serviceName(config.roles), endpoint: config.tracesEndpoint }),
    close: (started) => started.stop(),
  })
  const database = part({
    name: 'database',
    remedy:
      'Check that DATABASE_URL names a PostgreSQL that answers; unset it for one under DATA_DIR, or begin anew with `npm start -- --reset`.',
    open: () => placeDatabase({ config, log, progress }),
    close: (place) => place.stop(),
  })
  const peppers = part({
    name: 'peppers',
    remedy: 'Check API_KEY_PEPPER, or that secrets.json in DATA_DIR can be read and written.',
    open: () => openPeppers(config),
  })
  const envelope = part({
    name: 'secrets key',
    remedy: 'Check SECRETS_KEY, or that secrets.json in DATA_DIR can be read and written.',
    open: () => openEnvelope(config),
  })
  const webhooks = part({
    name: 'webhooks',
    remedy: 'Check WEBHOOK_SECRETS_KEY, or that secrets.json in DATA_DIR can be read and written.',
    open: () => openWebhooks(config),
  })
  const migrations = part({
    name: 'migrations',
    remedy:
      'The user of DATABASE_URL must own the database and may create roles. `npm run migrate` does this part alone.',
    open: async () => {
      const { migrate } = await import('./migrate.ts')
      await migrate({ place: database.value, progress })
    },
  })
  const demo = part({
    name: 'demo data',
    remedy: 'Begin anew with `npm start -- --reset`.',
    open: async () => {
      const { seed } = await import('./migrate.ts')
      await seed({ place: database.value, peppers: peppers.value, envelope: envelope.value, progress, clock })
    },
  })
  const cache = part({
    name: 'cache',
    remedy: 'Check that REDIS_URL names a Redis that answers; unset it where one process is the whole product.',
    open: () => openCache({ config, clock, log }),
    close: (opened) => opened.close(),
  })
  const access = part({
    name: 'access',
    remedy: 'Check the password of the database role gpuaas_access (DATABASE_ROLE_SECRET).',
    open: () =>
      openAccess({
        url: database.value.urlOf('access'),
        poolSize: config.databasePoolSize,
        cache: cache.value,
        peppers: peppers.value,
        clock,
        ids,
        log,
        metrics,
      }),
    close: (opened) => opened.close(),
  })
  const auditKeys = part<AuditKeys>({
    name: 'audit keys',
    remedy: 'Check AUDIT_SIGNING_KEY or AUDIT_SIGNING_KEY_FILE; unset they are made under DATA_DIR.',
    open: () => openAuditKeys({ config, clock, log }),
  })
  const subgraphs = (names: readonly SubgraphName[] | 'all') =>
    part({
      name: 'subgraphs',
      remedy: 'Check the passwords of the database roles (DATABASE_ROLE_SECRET), and that the migrations have run.',
      open: async (): Promise<readonly RunningSubgraph[]> => {
        const [{ MODULES }, { startSubgraph }] = await Promise.all([import('./modules.ts'), import('./subgraphs.ts')])
        return MODULES.filter(({ name }) => names === 'all' || names.includes(name)).map((module) =>
          startSubgraph(module, {
            place: database.value,
            poolSize: config.databasePoolSize,
            cache: cache.value,
            access: access.value,
            peppers: peppers.value,
            envelope: envelope.value,
            webhooks: webhooks.value,
            notificationDays: config.notificationDays,
            checkpointKeys: auditKeys.value.checking,
            denials: access.value.denials,
            terminals: {
              tokenMs: config.terminalTokenMs,
              idleMs: config.terminalIdleMs,
              maxDurationMs: config.terminalMaxDurationMs,
              perAllocation: config.terminalsPerAllocation,
              perOpener: config.terminalsPerOpener,
            },
            clock,
            ids,
            log,
            metrics,
          }),
        )
      },
      close: async (running) => {
        await Promise.all(running.map(({ database: own }) => own.close()))
      },
    })
  const events = (running: { readonly value: readonly RunningSubgraph[] }) =>
    part({
      name: 'events',
      remedy: 'Check NATS_URL, and that the migrations have run.',
      open: async () => {
        const { startEvents } = await import('./events.ts')
        const { ring } = auditKeys.value
        return startEvents({
          config,
          place: database.value,
          subgraphs: running.value,
          auditRing: ring,
          clock,
          log,
          metrics,
        })
      },
      close: (started) => started.stop(),
    })
  return {
    tracing,
    database,
    peppers,
    envelope,
    webhooks,
    migrations,
    demo,
    cache,
    access,
    auditKeys,
    subgraphs,
    events,
  }
}
