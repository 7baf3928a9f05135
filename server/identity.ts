import { DEMO_USERS } from '../identity/demo-users.ts'
import { createIdentityProvider, type IdentityProvider } from '../identity/provider.ts'
import { signIn } from '../identity/sign-in.ts'
import { issuerKeys } from '../gateway/identity/issuer-keys.ts'
import { createTokenVerifier, type TokenVerifier } from '../gateway/identity/token-verifier.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Config } from '../platform/config/config.ts'
import { catalogued } from '../platform/errors/catalogue.ts'
import type { Log } from '../platform/log/log.ts'

export const IDENTITY_PATH = '/identity'

export interface IdentityParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
}

/** Who vouches for callers: `OIDC_ISSUER`, or the embedded provider, which can start only once the port is known. */
export interface Identity {
  /** For the routes under `IDENTITY_PATH`; undefined until it runs, and where another issuer is in use. */
  readonly provider: () => IdentityProvider | undefined
  readonly verifier: Pick<TokenVerifier, 'authenticate'>
  /** Signs demo users in for the IDE; undefined where another issuer is in use. */
  readonly demoTokens:
    { readonly users: readonly string[]; readonly issue: (email: string) => Promise<string> } | undefined
  /** Tells where the server listens: `http://127.0.0.1:4000`. */
  readonly listensAt: (origin: string) => Promise<void>
}

export const createIdentity = ({ config, clock, log }: IdentityParts): Identity => {
  let provider: IdentityProvider | undefined
  const verifierOf = (issuer: string, jwksUri?: string): TokenVerifier =>
    createTokenVerifier({
      issuer,
      audience: config.oidcAudience,
      keys: issuerKeys({ issuer, clock, log, ...(jwksUri !== undefined && { jwksUri }) }),
      clock,
      log,
    })
  let verifier = config.oidcIssuer === undefined ? undefined : verifierOf(config.oidcIssuer, config.oidcJwksUrl)

  return {
    provider: () => provider,
    verifier: {
      authenticate: (authorization, connection) => {
        if (verifier === undefined) return Promise.reject(catalogued('IDENTITY_UNAVAILABLE'))
        return verifier.authenticate(authorization, connection)
      },
    },
    demoTokens:
      config.oidcIssuer === undefined
        ? {
            users: DEMO_USERS.map(({ email }) => email),
            issue: (email) => {
              if (provider === undefined) throw catalogued('IDENTITY_UNAVAILABLE')
              return signIn({ issuer: provider.issuer, email, factors: 'single' })
            },
          }
        : undefined,
    listensAt: async (origin) => {
      if (config.oidcIssuer !== undefined) return
      provider = await createIdentityProvider({
        issuer: `${origin}${IDENTITY_PATH}`,
        dataDirectory: config.dataDirectory,
        users: DEMO_USERS,
        consoleOrigins: config.corsOrigins,
        mode: config.mode,
        log,
      })
      verifier = verifierOf(provider.issuer, provider.jwksUri)
    },
  }
}
