import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { KeyRing } from '../platform/crypto/key-ring.ts'
import { GRAPH_AUDIENCE, GRAPH_RESOURCE, identityClients, MULTI_FACTOR_ACR, SINGLE_FACTOR_ACR } from './clients.ts'
import type { DemoUser } from './demo-users.ts'
import { createMemoryAdapter } from './memory-adapter.ts'
import { contentSecurityPolicy, logoutPage, messagePage } from './pages.ts'

export interface ConfigurationFacts {
  readonly keys: KeyRing
  readonly users: readonly DemoUser[]
  readonly origins: readonly string[]
  readonly mount: string
  readonly cookieKey: string
}

const HOUR = 60 * 60
const WORKING_DAY = 12 * HOUR

/** The settings of `oidc-provider`: everything that is not needed is off. */
export const createConfiguration = ({ keys, users, origins, mount, cookieKey }: ConfigurationFacts): Configuration => {
  const bySubject = new Map(users.map((user) => [user.subject, user]))
  return {
    adapter: createMemoryAdapter(),
    jwks: { keys: keys.map((key) => ({ ...key, use: 'sig' })) },
    clients: identityClients(origins),
    clientBasedCORS: (_context, origin) => origins.includes(origin),
    cookies: { keys: [cookieKey] },
    responseTypes: ['code'],
    clientAuthMethods: ['none'],
    scopes: ['openid', 'profile', 'email'],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      acr: null,
      amr: null,
      auth_time: null,
      sid: null,
    },
    acrValues: [SINGLE_FACTOR_ACR, MULTI_FACTOR_ACR],
    conformIdTokenClaims: false,
    enabledJWA: {
      idTokenSigningAlgValues: ['ES256'],
      userinfoSigningAlgValues: ['ES256'],
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => showPage(context, logoutPage(form)),
        postLogoutSuccessSource: (context) => showPage(context, messagePage('Signed out', 'You can close this page.')),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => GRAPH_RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: GRAPH_AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: HOUR,
          jwt: { sign: { alg: 'ES256', kid: keys[0].kid } },
        }),
      },
    },
    extraTokenClaims: (context) => {
      // How the person signed in (RFC 9470); the token endpoint knows it from the code that is being redeemed.
      const code = context.oidc.entities.AuthorizationCode
      return code === undefined
        ? undefined
        : {
            auth_time: code.authTime,
            acr: code.acr,
            amr: code.amr,
            sid: code.sessionUid,
          }
    },
    findAccount: (_context, subject) => {
      const user = bySubject.get(subject)
      if (user === undefined) return undefined
      return {
        accountId: subject,
        claims: () => ({
          sub: subject,
          email: user.email,
          email_verified: true,
          name: user.name,
        }),
      }
    },
    // The clients are the product's own: nobody is asked whether the console may see the console's data.
    loadExistingGrant: async (context) => {
      const { client, session, provider } = context.oidc
      if (client === undefined || session?.accountId === undefined) return undefined
      const existing = session.grantIdFor(client.clientId)
      const known = existing === undefined ? undefined : await provider.Grant.find(existing)
      if (known !== undefined) return known
      const grant = new provider.Grant({
        clientId: client.clientId,
        accountId: session.accountId,
      })
      grant.addOIDCScope('openid profile email')
      grant.addResourceScope(GRAPH_RESOURCE, '')
      await grant.save()
      return grant
    },
    interactions: {
      url: (_context, interaction) => `${mount}/interaction/${interaction.uid}`,
    },
    renderError: (context, { error, error_description: description }) =>
      showPage(
        context,
        messagePage('Sign-in failed', [error, description].filter((part) => part !== undefined).join(': ')),
      ),
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: 60,
      IdToken: HOUR,
      Interaction: HOUR,
      Session: WORKING_DAY,
      Grant: WORKING_DAY,
    },
  }
}

const showPage = (context: KoaContextWithOIDC, html: string): void => {
  context.set('content-security-policy', contentSecurityPolicy([]))
  context.type = 'html'
  context.body = html
}
