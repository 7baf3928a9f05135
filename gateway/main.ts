import { readConfig } from '../platform/config/config.ts'
import { CataloguedError } from '../platform/errors/catalogue.ts'
import { createLog } from '../platform/log/log.ts'
import { createGateway } from './create-gateway.ts'
import { limitsOf } from './operation/limits.ts'
import { httpTransport } from './transport/http-transport.ts'

/**
 * `npm run gateway`: a general federation gateway over the HTTP subgraphs that `SUPERGRAPH_FILE` names, without
 * database or identity. Every caller is anonymous; a credential is neither checked nor forwarded.
 */
const main = async (): Promise<void> => {
  const config = readConfig(undefined, ['supergraphFile'])
  const log = createLog({ level: config.logLevel, format: config.logFormat })
  const gateway = await createGateway({
    supergraph: { file: config.supergraphFile },
    transports: (name, url) => httpTransport({ name, url, timeoutMs: config.subgraphTimeoutMs }),
    log,
    production: config.mode === 'production',
    limits: limitsOf(config),
    corsOrigins: config.corsOrigins,
    docsBaseUrl: config.docsBaseUrl,
    ...(config.trustedProxies && { trustedProxies: config.trustedProxies }),
  })
  const { url } = await gateway.listen(config.port, config.host)
  process.stdout.write(`Gateway ready at ${url}/graphql\n`)

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      gateway.stop(config.shutdownTimeoutMs).then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      )
    })
  }
}

const fail = (error: unknown): void => {
  process.stderr.write(`${explain(error)}\n`)
  process.exit(1)
}

const explain = (error: unknown): string => {
  if (error instanceof CataloguedError) return `${error.code}: ${error.message}`
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return 'PORT_TAKEN: The port is taken. Stop the other process, or start with another PORT.'
  }
  return error instanceof Error ? error.message : String(error)
}

main().catch(fail)
