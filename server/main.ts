import { parseArguments } from './arguments.ts'
import { componentsOf } from './program.ts'
import { resetDataDirectory } from './reset.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { readConfig } from '../platform/config/config.ts'
import { CataloguedError } from '../platform/errors/catalogue.ts'
import { systemIds } from '../platform/ids/generator.ts'
import { Lifecycle } from '../platform/lifecycle/lifecycle.ts'
import { stopOnSignals } from '../platform/lifecycle/stop-on-signals.ts'
import { createLog } from '../platform/log/log.ts'
import { createMetrics } from '../platform/metrics/metrics.ts'

/** `npm start`: the product, or the part of it that `ROLES` names. */
const main = async (): Promise<void> => {
  const given = parseArguments(process.argv.slice(2))
  if (given === undefined) {
    process.exitCode = 2
    return
  }
  const config = readConfig()
  const log = createLog({ level: config.logLevel, format: config.logFormat })
  const progress = (message: string): void => {
    process.stderr.write(`… ${message}\n`)
  }
  if (given.reset) await resetDataDirectory(config.dataDirectory, progress)

  const lifecycle = new Lifecycle({ log, shutdownTimeoutMs: config.shutdownTimeoutMs })
  stopOnSignals({ lifecycle, log })
  await lifecycle.start(
    componentsOf({
      config,
      log,
      clock: systemClock,
      ids: systemIds,
      metrics: createMetrics(),
      progress,
      isUp: () => lifecycle.state.phase === 'ready',
      announce: (text) => {
        process.stdout.write(`${text}\n`)
      },
    }),
  )
  const servesNothing = [...config.roles].every((role) => role === 'migrate')
  if (servesNothing) await lifecycle.stop('everything is done')
}

const explain = (error: unknown): string => {
  if (error instanceof CataloguedError) return `${error.code}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`)
  process.exit(1)
})
