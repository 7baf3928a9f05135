import type { ClientMetadata } from 'oidc-provider'

/** The audience of access tokens: what the gateway checks. */
export const GRAPH_AUDIENCE = 'gpuaas-graph'
/** The resource indicator (RFC 8707) of the graph; tokens are for it unless a client asks otherwise. */
export const GRAPH_RESOURCE = 'urn:gpuaas:graph'
export const MULTI_FACTOR_ACR = 'urn:gpuaas:acr:mfa'
export const SINGLE_FACTOR_ACR = 'urn:gpuaas:acr:password'

export const CONSOLE_CLIENT_ID = 'gpuaas-console'
export const CLI_CLIENT_ID = 'gpuaas-cli'
/** A native client may listen on any loopback port (RFC 8252, section 7.3); ours only reads the redirect. */
export const CLI_REDIRECT_URI = 'http://127.0.0.1/callback'

const publicClient = {
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  id_token_signed_response_alg: 'ES256',
} as const satisfies Partial<ClientMetadata>

/** Public clients: authorization code with PKCE, no secret, no other grant. */
export const identityClients = (consoleOrigins: readonly string[]): ClientMetadata[] => [
  {
    ...publicClient,
    client_id: CONSOLE_CLIENT_ID,
    client_name: 'GPUaaS console',
    redirect_uris: consoleOrigins.flatMap((origin) => [`${origin}/auth/callback`, `${origin}/graphql`]),
    post_logout_redirect_uris: consoleOrigins.map((origin) => `${origin}/`),
  },
  {
    ...publicClient,
    client_id: CLI_CLIENT_ID,
    client_name: 'GPUaaS command line',
    application_type: 'native',
    redirect_uris: [CLI_REDIRECT_URI],
  },
]
