import { answerOf, post, type Answer } from './answer.ts'
import type { SentCaller } from './callers.ts'
import { createGateway } from '../../gateway/create-gateway.ts'
import { createInternalSigner } from '../../gateway/identity/internal-signer.ts'
import { acceptKeys } from '../../gateway/identity/key-authenticator.ts'
import { createTokenVerifier } from '../../gateway/identity/token-verifier.ts'
import { httpTransport } from '../../gateway/transport/http-transport.ts'
import { accessBy } from '../../platform/access/access.ts'
import { createInternalTokenVerifier, PRINCIPAL_HEADER } from '../../platform/access/internal-token.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import { createMemoryCache } from '../../platform/cache/memory-cache.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { createKeyRing, publicKeys } from '../../platform/crypto/key-ring.ts'
import { localKeySet } from '../../platform/crypto/key-set.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { silentLog } from '../../platform/log/log.ts'
import type { SubgraphModule } from '../../platform/subgraph/module.ts'
import { openAccess } from '../../server/access.ts'
import { MODULES } from '../../server/modules.ts'
import { createSubgraphServer } from '../../server/subgraph/http.ts'
import { startSubgraph } from '../../server/subgraphs.ts'
import type { TestDatabase } from '../../test/testkit/database.ts'
import { startTokenIssuer, TEST_AUDIENCE } from '../../test/testkit/token-issuer.ts'
import { WORLD_ENVELOPE, WORLD_PEPPERS } from '../../test/testkit/world-account.ts'

type Variables = Readonly<Record<string, unknown>>

/** Where the product can be asked, as each of its callers. */
export interface Doors {
  readonly gatewayUrl: string
  /** With the path. */
  readonly subgraphUrl: (name: string) => string
  /** As a client: an access token of the caller, or none. */
  readonly askGateway: (sent: SentCaller, query: string, variables: Variables) => Promise<Answer>
  /** Past the gateway, with the internal token that it would bring for this caller: the subgraph alone decides. */
  readonly askSubgraph: (subgraph: string, sent: SentCaller, query: string, variables: Variables) => Promise<Answer>
  /** Past the gateway, with nothing. */
  readonly askUnproven: (subgraph: string, query: string, variables: Variables) => Promise<Answer>
  readonly bearerOf: (sent: SentCaller) => Promise<string | undefined>
  readonly internalTokenOf: (sent: SentCaller, subgraph: string) => Promise<string>
  /** After a change of grants behind the product's back. */
  readonly forgetGrants: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface DoorOptions {
  readonly database: Pick<TestDatabase, 'urlOf'>
  readonly supergraph: string
  /** The product's, unless a test takes a guard out of one. */
  readonly modules?: readonly SubgraphModule[]
}

const LOCAL = '127.0.0.1'

/** Second factors grow old: tokens are signed anew each minute, as of now. */
const thisMinute = (): Date => new Date(Math.floor(Date.now() / 60_000) * 60_000)

/** As the gateway makes it of what the caller sends: signed in a moment ago, with two factors. */
const principalOf = ({ credential }: SentCaller): Principal => {
  switch (credential.kind) {
    case 'none':
      return ANONYMOUS
    case 'key':
      return credential.principal
    case 'token':
      return {
        ...{ kind: 'user', subject: credential.subject, sessionId: undefined },
        ...{ authenticatedAt: thisMinute(), assurance: 'multi' },
      }
  }
}

/** Opens the gateway over HTTP to each subgraph in a server of its own, as the distributed deployment has them. */
export const openDoors = async ({ database, supergraph, modules = MODULES }: DoorOptions): Promise<Doors> => {
  const surroundings = { clock: systemClock, ids: systemIds, log: silentLog }
  const keeping = { peppers: WORLD_PEPPERS, envelope: WORLD_ENVELOPE }
  const cache = createMemoryCache(surroundings)
  const access = await openAccess({
    ...surroundings,
    url: database.urlOf('access'),
    poolSize: 4,
    cache,
    peppers: WORLD_PEPPERS,
  })
  const signer = createInternalSigner({ keys: await createKeyRing('EdDSA'), clock: systemClock })
  const running = modules.map((module) =>
    startSubgraph(module, { ...surroundings, place: database, poolSize: 4, cache, access, ...keeping }),
  )
  const servers = running.map((subgraph) => ({
    name: subgraph.name,
    server: createSubgraphServer({
      subgraphs: [
        {
          subgraph: subgraph.hosted(),
          verifier: createInternalTokenVerifier({
            ...surroundings,
            audience: subgraph.name,
            keys: localKeySet(() => signer.jwks()),
          }),
        },
      ],
      grants: access.grants,
      log: silentLog,
      ready: () => Promise.resolve(),
    }),
  }))
  const urls = new Map<string, string>()
  for (const { name, server } of servers) urls.set(name, await server.listen({ host: LOCAL, port: 0 }))
  const subgraphUrl = (name: string): string => {
    const url = urls.get(name)
    if (url === undefined) throw new Error(`The product has no subgraph ${name}`)
    return `${url}/graphql`
  }

  const issuer = await startTokenIssuer(systemClock)
  const published = publicKeys(issuer.keys())
  const tokens = createTokenVerifier({
    ...surroundings,
    issuer: issuer.issuer,
    audience: TEST_AUDIENCE,
    keys: localKeySet(() => published),
  })
  const gateway = await createGateway({
    supergraph: { sdl: supergraph },
    transports: (name) => httpTransport({ name, url: subgraphUrl(name), timeoutMs: 30_000, sign: signer.sign }),
    verifier: access.keys ? acceptKeys({ tokens, keys: access.keys, log: silentLog }) : tokens,
    access: accessBy(access.grants),
    log: silentLog,
    production: false,
    signer,
  })
  const { url: gatewayUrl } = await gateway.listen(0, LOCAL)

  const bearers = new Map<string, Promise<string>>()
  const tokenOf = (subject: string): Promise<string> => {
    const authenticatedAt = thisMinute().getTime() / 1000
    const name = `${subject} ${authenticatedAt.toString()}`
    const token =
      bearers.get(name) ?? issuer.sign({ sub: subject, acr: 'urn:gpuaas:acr:mfa', auth_time: authenticatedAt })
    bearers.set(name, token)
    return token
  }
  const bearerOf = async ({ credential }: SentCaller): Promise<string | undefined> => {
    switch (credential.kind) {
      case 'none':
        return undefined
      case 'key':
        return credential.text
      case 'token':
        return tokenOf(credential.subject)
    }
  }
  const internalTokenOf = async (sent: SentCaller, subgraph: string) => signer.sign(principalOf(sent), subgraph)

  return {
    gatewayUrl,
    subgraphUrl,
    askGateway: async (sent, query, variables) => {
      const bearer = await bearerOf(sent)
      const body = { query, variables }
      return answerOf(
        await post(`${gatewayUrl}/graphql`, body, bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      )
    },
    askSubgraph: async (subgraph, sent, query, variables) => {
      const proof = { [PRINCIPAL_HEADER]: await internalTokenOf(sent, subgraph) }
      return answerOf(await post(subgraphUrl(subgraph), { query, variables }, proof))
    },
    askUnproven: async (subgraph, query, variables) =>
      answerOf(await post(subgraphUrl(subgraph), { query, variables }, {})),
    bearerOf,
    internalTokenOf,
    forgetGrants: () => access.grants.announce('everyone'),
    close: async () => {
      await gateway.stop(0)
      await Promise.all(servers.map(({ server }) => server.close()))
      await Promise.all(running.map((subgraph) => subgraph.database.close()))
      await access.close()
      await issuer.close()
      await cache.close()
    },
  }
}
