import { systemClock } from '../platform/clock/clock.ts'
import { readConfig } from '../platform/config/config.ts'
import { CataloguedError } from '../platform/errors/catalogue.ts'
import { Lifecycle } from '../platform/lifecycle/lifecycle.ts'
import { stopOnSignals } from '../platform/lifecycle/stop-on-signals.ts'
import { createLog } from '../platform/log/log.ts'
import { createMetrics } from '../platform/metrics/metrics.ts'
import { startTracing } from '../platform/tracing/tracing.ts'
import { createGeneralGateway } from './general-gateway.ts'

/**
 * `npm run gateway`: a general federation gateway over the HTTP subgraphs that `SUPERGRAPH_FILE` names, without
 * database or identity provider (docs/guides/use-the-gateway-alone.md).
 */
const main = async (): Promise<void> => {
  const config = readConfig(undefined, ['supergraphFile'])
  const log = createLog({ level: config.logLevel, format: config.logFormat })
  const lifecycle = new Lifecycle({ log, shutdownTimeoutMs: config.shutdownTimeoutMs })
  stopOnSignals({ lifecycle, log })

  const start = async (): Promise<{ stop: () => Promise<void> }> => {
    const tracing = await startTracing({ serviceName: 'gateway', endpoint: config.tracesEndpoint })
    const gateway = await createGeneralGateway({ config, clock: systemClock, log, metrics: createMetrics() })
    const { url } = await gateway.listen(config.port, config.host)
    process.stdout.write(`Gateway ready at ${url}/graphql\n`)
    return {
      stop: async () => {
        await gateway.stop(config.shutdownTimeoutMs / 2)
        await tracing.stop()
      },
    }
  }

  const remedy = 'Check SUPERGRAPH_FILE, PORT, and the files that the message names.'
  await lifecycle.start([{ name: 'gateway', remedy, start }])
}

main().catch((error: unknown) => {
  const text = error instanceof CataloguedError ? `${error.code}: ${error.message}` : String(error)
  process.stderr.write(`${text}\n`)
  process.exit(1)
})
