import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { loadOrCreateKeyRing } from '../platform/crypto/key-file.ts'
import type { Log } from '../platform/log/log.ts'
import type { DemoUser } from './demo-users.ts'
import { createInteractions, INTERACTION_PATH } from './interactions.ts'
import { createConfiguration } from './provider-configuration.ts'

export interface IdentityProviderOptions {
  /** `http://127.0.0.1:4000/identity`; its path is where the handler is mounted. */
  readonly issuer: string
  /** Signing keys are kept in `<dataDirectory>/identity/keys.json`, so that tokens outlive a restart. */
  readonly dataDirectory: string
  readonly users: readonly DemoUser[]
  /** Origins besides the issuer's own where a console runs, for instance that of its development server. */
  readonly consoleOrigins?: readonly string[]
  /** In production mode the provider refuses to start: it asks for no password. */
  readonly mode: 'development' | 'test' | 'production'
  readonly log: Log
}

export interface IdentityProvider {
  readonly issuer: string
  readonly jwksUri: string
  /** Serves every request whose path begins with that of the issuer. Answers always; never throws, never rejects. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

/**
 * The development identity provider: an OpenID Connect provider for the people of the demonstration, in this process.
 * Access tokens are JWTs for the graph, good for an hour. Deployments name their own issuer in `OIDC_ISSUER`.
 */
export const createIdentityProvider = async (options: IdentityProviderOptions): Promise<IdentityProvider> => {
  const { issuer, dataDirectory, users, consoleOrigins = [], mode, log } = options
  if (mode === 'production') {
    throw new Error(
      'The development identity provider lets anybody sign in and does not run in production mode. Set OIDC_ISSUER to your own.',
    )
  }
  const { origin, host, pathname } = new URL(issuer)
  const mount = pathname.replace(/\/$/, '')
  // An optional dependency, and half a second of start: read only where it is used.
  const { Provider, errors } = await import('oidc-provider')
  const keys = await loadOrCreateKeyRing(join(dataDirectory, 'identity', 'keys.json'), 'ES256')
  const provider = new Provider(
    issuer,
    createConfiguration({
      keys,
      users,
      origins: [origin, ...consoleOrigins],
      mount,
      cookieKey: randomBytes(32).toString('base64url'),
    }),
  )
  provider.on('server_error', (_context, error) => log.error({ err: error }, 'the identity provider failed'))
  const isSessionNotFound = (error: unknown) => error instanceof errors.SessionNotFound
  const interactions = createInteractions({
    provider,
    users,
    mount,
    formTargets: consoleOrigins,
    isSessionNotFound,
    log,
  })
  const callback = provider.callback()

  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    handle: async (request, response) => {
      const original = request.url ?? '/'
      response.setHeader('x-content-type-options', 'nosniff')
      response.setHeader('referrer-policy', 'no-referrer')
      response.setHeader('x-frame-options', 'DENY')
      // The provider writes addresses with the host it was asked under: one host only, or a page that rebinds its name
      // to 127.0.0.1 could sign people in.
      if (request.headers.host !== host) {
        redirectToIssuer(request, response, `${origin}${original}`)
        return
      }
      const path = original.slice(mount.length)
      if (!original.startsWith(mount) || !/^[/?]|^$/.test(path)) {
        notFound(response)
        return
      }
      if (path.startsWith(INTERACTION_PATH)) return interactions.handle(request, response)
      // The provider finds its mount path by comparing the two.
      Object.assign(request, {
        originalUrl: original,
        url: path === '' || path.startsWith('?') ? `/${path}` : path,
      })
      await callback(request, response)
    },
  }
}

const redirectToIssuer = (request: IncomingMessage, response: ServerResponse, location: string): void => {
  if (request.method === 'GET' || request.method === 'HEAD') response.writeHead(302, { location }).end()
  else
    response
      .writeHead(421, { 'content-type': 'text/plain; charset=utf-8' })
      .end(`The identity provider answers at ${new URL(location).origin}\n`)
}

const notFound = (response: ServerResponse): void => {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is nothing at this address.\n')
}
