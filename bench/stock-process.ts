import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ApolloGateway, RemoteGraphQLDataSource, type GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { announce, endOnSignals } from './part-process.ts'
import { openInternalSigner } from '../gateway/identity/open-signer.ts'
import { issuerKeys } from '../gateway/identity/issuer-keys.ts'
import { createTokenVerifier } from '../gateway/identity/token-verifier.ts'
import { PRINCIPAL_HEADER } from '../platform/access/internal-token.ts'
import type { Principal } from '../platform/access/principal.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { readConfig } from '../platform/config/config.ts'
import { createLog } from '../platform/log/log.ts'

/**
 * The stock gateway as its documentation sets it up: `startStandaloneServer`, `ApolloGateway` on the same supergraph,
 * and a `RemoteGraphQLDataSource` that tells the subgraph who is calling. The caller's token is verified once and
 * remembered, and internal tokens are signed once and reused: by the same code that the product's gateway uses.
 */
interface StockContext {
  readonly principal: Principal
}

const isStockContext = (context: object): context is StockContext => 'principal' in context

endOnSignals()
const config = readConfig()
const clock = systemClock
const log = createLog({ level: config.logLevel, format: 'json' })
const { oidcIssuer: issuer, subgraphUrls } = config
if (issuer === undefined || subgraphUrls === undefined) throw new Error('The bench sets OIDC_ISSUER and SUBGRAPH_URLS')

const { signer } = await openInternalSigner({ sources: config, issuer: config.internalTokenIssuer, clock, log })
const verifier = createTokenVerifier({
  issuer,
  audience: config.oidcAudience,
  keys: issuerKeys({ issuer, clock, log }),
  clock,
  log,
})

class SignedDataSource extends RemoteGraphQLDataSource<StockContext> {
  readonly #name: string

  constructor(name: string, url: string | undefined) {
    super({ ...(url !== undefined && { url }) })
    this.#name = name
  }

  override async willSendRequest(options: GraphQLDataSourceProcessOptions<StockContext>): Promise<void> {
    // The gateway also asks while it starts, for nobody.
    const context: object = options.context
    if (!isStockContext(context)) return
    options.request.http?.headers.set(PRINCIPAL_HEADER, await signer.sign(context.principal, this.#name))
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: await readFile(join(import.meta.dirname, '..', 'schema', 'supergraph.graphql'), 'utf8'),
  buildService: ({ name }) => new SignedDataSource(name, [...subgraphUrls].find(([known]) => known === name)?.[1]),
})
const server = new ApolloServer<StockContext>({
  gateway,
  nodeEnv: 'production',
  includeStacktraceInErrorResponses: false,
})
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }) => ({ principal: (await verifier.authenticate(req.headers.authorization)).principal }),
})
announce('stock', url)
