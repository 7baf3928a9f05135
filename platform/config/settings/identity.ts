import { path, secretJson, secrets, url, words } from '../kinds.ts'
import { optional, setting } from '../setting.ts'

/** Who callers are, and how the gateway tells its subgraphs. */
export const IDENTITY_SETTINGS = {
  oidcIssuer: optional({
    variable: 'OIDC_ISSUER',
    kind: url('http', 'https'),
    example: 'https://id.example.com/realms/gpuaas',
    about:
      'The OpenID Connect issuer whose access tokens are accepted, exactly as it stands in their `iss`. People are told of new sign-ins where the tokens carry `sid` or `auth_time`. Unset: an identity provider with demo users is started, for development only.',
  }),
  oidcJwksUrl: optional({
    variable: 'OIDC_JWKS_URL',
    kind: url('http', 'https'),
    example: 'http://keycloak:8080/realms/gpuaas/protocol/openid-connect/certs',
    about:
      'Where the issuer’s keys are fetched, when the gateway reaches it by another address than its callers do. Unset: where its discovery document says.',
  }),
  oidcAudience: setting({
    variable: 'OIDC_AUDIENCE',
    kind: words(),
    default: 'gpuaas-graph',
    example: 'https://api.example.com',
    about: 'The audience that access tokens must be meant for (`aud`).',
  }),
  jwksFile: optional({
    variable: 'JWKS_FILE',
    kind: path(),
    example: '/etc/gateway/jwks.json',
    about:
      'For `npm run gateway`: the public keys of the issuer whose tokens are accepted, a JSON Web Key Set, read again when the file changes. Set together with `JWT_ISSUER` and `JWT_AUDIENCE`. Unset: every caller is anonymous.',
  }),
  jwtIssuer: optional({
    variable: 'JWT_ISSUER',
    kind: words(),
    example: 'https://id.example.com/',
    about: 'The issuer of those tokens, exactly as it stands in their `iss`.',
  }),
  jwtAudience: optional({
    variable: 'JWT_AUDIENCE',
    kind: words(),
    example: 'https://api.example.com',
    about: 'The audience that those tokens must be meant for (`aud`).',
  }),
  grantsFile: optional({
    variable: 'GRANTS_FILE',
    kind: path(),
    example: '/etc/gateway/grants.json',
    about:
      'For `npm run gateway`: what each `sub` may do where (`docs/guides/use-the-gateway-alone.md`), read again when the file changes. Unset: every caller has what is its own, and nothing else.',
  }),
  internalTokenIssuer: setting({
    variable: 'INTERNAL_TOKEN_ISSUER',
    kind: words(),
    default: 'gpuaas-gateway',
    example: 'gpuaas-gateway-eu',
    about: 'The `iss` of the short-lived tokens by which the gateway names the caller to its subgraphs.',
  }),
  internalSigningKey: optional({
    variable: 'INTERNAL_SIGNING_KEY',
    kind: secretJson('a private Ed25519 JSON Web Key, or a set of them of which the first signs'),
    example: '{"kty":"OKP","crv":"Ed25519","kid":"2026-01","x":"…","d":"…"}',
    about:
      'The key that signs those tokens. Every gateway behind one address needs the same, so that each publishes what the others sign with. Unset: one is generated into `DATA_DIR`; `npm run gateway` makes one for the life of its process.',
  }),
  internalSigningKeyFile: optional({
    variable: 'INTERNAL_SIGNING_KEY_FILE',
    kind: path(),
    example: '/run/secrets/internal-signing-key.json',
    about:
      'A file that holds it, instead of `INTERNAL_SIGNING_KEY`; read again when it changes (`docs/runbooks/rotate-internal-keys.md`).',
  }),
  apiKeyPepper: optional({
    variable: 'API_KEY_PEPPER',
    kind: secrets(32),
    example: '$(openssl rand -base64 48)',
    about:
      'What API keys are hashed with before they are stored; the gateway and iam need the same. To change it, put the new one first and keep the old one behind a comma until the keys it hashed are rotated. Unset: one is generated into `DATA_DIR`.',
  }),
  secretsKey: optional({
    variable: 'SECRETS_KEY',
    kind: secrets(32),
    example: '$(openssl rand -base64 48)',
    about:
      'The key under which the subgraph app-platform keeps the secrets of environments (`docs/guides/secrets.md`). To change it, put the new one first and keep the old one behind a comma. What was written under a key that is lost is lost. Unset: one is generated into `DATA_DIR`.',
  }),
  gatewayJwksUrl: optional({
    variable: 'GATEWAY_JWKS_URL',
    kind: url('http', 'https'),
    example: 'http://gateway:4000/.well-known/jwks.json',
    about: 'Where a subgraph in a process of its own fetches the keys that verify those tokens.',
  }),
}
