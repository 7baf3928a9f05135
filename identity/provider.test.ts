import { mkdtemp, rm, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fastify, { type FastifyInstance } from 'fastify'
import { decodeJwt } from 'jose'
import { issuerKeys } from '../gateway/identity/issuer-keys.ts'
import { createTokenVerifier } from '../gateway/identity/token-verifier.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { silentLog } from '../platform/log/log.ts'
import { CLI_CLIENT_ID, CONSOLE_CLIENT_ID, GRAPH_AUDIENCE } from './clients.ts'
import { DEMO_USERS, findDemoUser } from './demo-users.ts'
import { createIdentityProvider, type IdentityProvider } from './provider.ts'
import { registerIdentityRoutes } from './routes.ts'
import { signIn } from './sign-in.ts'

let directory: string
let app: FastifyInstance
let origin: string
let issuer: string
let provider: IdentityProvider | undefined

const start = () =>
  createIdentityProvider({ issuer, dataDirectory: directory, users: DEMO_USERS, mode: 'test', log: silentLog })

const verifier = () =>
  createTokenVerifier({
    issuer,
    audience: GRAPH_AUDIENCE,
    keys: issuerKeys({ issuer, clock: systemClock, log: silentLog }),
    clock: systemClock,
    log: silentLog,
  })

const authorizationUrl = (changes: Readonly<Record<string, string>> = {}): string => {
  const url = new URL(`${issuer}/auth`)
  url.search = new URLSearchParams({
    client_id: CONSOLE_CLIENT_ID,
    redirect_uri: `${origin}/auth/callback`,
    response_type: 'code',
    scope: 'openid email',
    state: 's',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...changes,
  }).toString()
  return url.href
}

const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ')

/** Asks for a sign-in and reads the login page that it leads to. */
const openLoginPage = async (changes?: Readonly<Record<string, string>>) => {
  const begun = await fetch(authorizationUrl(changes), { redirect: 'manual' })
  const url = new URL(begun.headers.get('location') ?? '', issuer).href
  const cookie = cookiesOf(begun)
  const response = await fetch(url, { headers: { cookie } })
  return { url, cookie, response, html: await response.text() }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'identity-'))
  app = fastify()
  app.post('/echo', (posted) => posted.body)
  await registerIdentityRoutes(app, '/identity', () => provider)
  origin = await app.listen({ port: 0, host: '127.0.0.1' })
  issuer = `${origin}/identity`
  const early = await fetch(`${issuer}/jwks`)
  expect(early.status).toBe(503)
  provider = await start()
})

afterAll(async () => {
  await app.close()
  await rm(directory, { recursive: true })
})

describe('the embedded provider', () => {
  test('says where everything is, under the address it is mounted at', async () => {
    const discovery: unknown = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
    expect(discovery).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/jwks`,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      end_session_endpoint: `${issuer}/session/end`,
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: ['authorization_code'],
      response_types_supported: ['code'],
    })
  })

  test('publishes public keys only', async () => {
    const text = await (await fetch(`${issuer}/jwks`)).text()
    expect(text).toContain('"alg":"ES256"')
    expect(text).not.toContain('"d":')
    expect((await stat(join(directory, 'identity', 'keys.json'))).mode & 0o777).toBe(0o600)
  })

  test.each(DEMO_USERS.map(({ email, subject }) => [email, subject]))(
    'signs %s in, and the gateway knows them',
    async (email, subject) => {
      const token = await signIn({ issuer, email, factors: 'single' })
      const { principal, expiresAt } = await verifier().authenticate(`Bearer ${token}`)
      expect(principal).toMatchObject({ kind: 'user', subject, assurance: 'single' })
      const inAnHour = Date.now() + 3_600_000
      expect(Math.abs((expiresAt?.getTime() ?? 0) - inAnHour)).toBeLessThan(30_000)
    },
  )

  test('tells how and when somebody signed in, and in which session', async () => {
    const token = await signIn({ issuer, email: 'owner@northwind.example', factors: 'multi' })
    const { sid, ...claims } = decodeJwt(token)
    expect(claims).toMatchObject({ aud: GRAPH_AUDIENCE, acr: 'urn:gpuaas:acr:mfa', amr: ['pwd', 'otp', 'mfa'] })
    const { principal } = await verifier().authenticate(`Bearer ${token}`)
    expect(principal).toMatchObject({ assurance: 'multi', sessionId: sid })
    const age = Date.now() - (principal.kind === 'user' ? (principal.authenticatedAt?.getTime() ?? 0) : 0)
    expect(age).toBeLessThan(30_000)
  })

  test('keeps its keys: a token is good after a restart', async () => {
    const token = await signIn({ issuer, email: 'viewer@northwind.example', factors: 'single' })
    provider = await start()
    expect((await verifier().authenticate(`Bearer ${token}`)).principal).toMatchObject({ kind: 'user' })
  })

  test('does not start in production mode', async () => {
    const options = { issuer, dataDirectory: directory, users: DEMO_USERS, mode: 'production', log: silentLog } as const
    await expect(createIdentityProvider(options)).rejects.toThrow('does not run in production mode')
  })

  test('leaves bodies outside its own path to the server', async () => {
    const response = await fetch(`${origin}/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"kept":true}',
    })
    expect(await response.json()).toEqual({ kept: true })
  })
})

describe('the login page', () => {
  test('offers each demo user, says that it is for development, and loads nothing', async () => {
    const { response, html } = await openLoginPage()
    for (const { email } of DEMO_USERS) expect(html).toContain(`value="${email}"`)
    expect(html).toContain('Development identity provider')
    expect(html).not.toMatch(/<script|https?:\/\/|\bsrc=|url\(/)
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('x-frame-options')).toBe('DENY')
  })

  test('shows the person first whom the client suggests, and no text of the client as markup', async () => {
    const { html } = await openLoginPage({ login_hint: 'viewer@northwind.example' })
    expect(html.indexOf('viewer@northwind.example')).toBeLessThan(html.indexOf('owner@northwind.example'))
    expect((await openLoginPage({ login_hint: '"><script>' })).html).not.toContain('<script>')
  })

  test.each(['', 'email=nobody%40northwind.example', `email=${'x'.repeat(5000)}`])(
    'signs nobody in for the form %.20j',
    async (body) => {
      const { url, cookie } = await openLoginPage()
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
        redirect: 'manual',
      })
      expect(response.status).toBe(400)
      expect(response.headers.get('location')).toBeNull()
    },
  )

  test('does not answer a browser that did not begin the sign-in', async () => {
    const { url } = await openLoginPage()
    expect((await fetch(url)).status).toBe(400)
    const body = new URLSearchParams({ email: 'owner@northwind.example' })
    expect((await fetch(url, { method: 'POST', body, redirect: 'manual' })).status).toBe(400)
  })
})

describe('what the provider refuses', () => {
  test('a redirect to an address that is not registered', async () => {
    const response = await fetch(authorizationUrl({ redirect_uri: 'https://evil.example/' }), { redirect: 'manual' })
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('a sign-in without PKCE', async () => {
    const response = await fetch(authorizationUrl({ code_challenge: '' }), { redirect: 'manual' })
    expect(response.headers.get('location')).toContain('error=invalid_request')
  })

  test('a code that was not issued, and any grant but the code', async () => {
    for (const grant of ['authorization_code', 'password', 'client_credentials']) {
      const body = new URLSearchParams({
        grant_type: grant,
        client_id: CLI_CLIENT_ID,
        code: 'made-up',
        code_verifier: 'x'.repeat(43),
      })
      expect((await fetch(`${issuer}/token`, { method: 'POST', body })).status).toBe(400)
    }
  })

  test('to be another host: the browser is sent to the address of the issuer, a form is not taken', async () => {
    expect(await askUnderHost('GET')).toEqual({ status: 302, location: `${issuer}/auth` })
    expect(await askUnderHost('POST')).toEqual({ status: 421, location: undefined })
  })

  test('an address that only begins like its own', async () => {
    expect((await fetch(`${origin}/identityx`)).status).toBe(404)
    expect((await fetch(`${issuer}/nothing-here`)).status).toBe(404)
  })
})

const askUnderHost = (method: 'GET' | 'POST') =>
  new Promise<{ status: number | undefined; location: string | undefined }>((resolve, reject) => {
    // fetch() sets the host itself.
    request(`${issuer}/auth`, { method, headers: { host: 'rebound.example' } }, (response) => {
      response.resume()
      resolve({ status: response.statusCode, location: response.headers.location })
    })
      .on('error', reject)
      .end()
  })

test('demo users are distinct, found by address in any case, and nobody else is', () => {
  expect(new Set(DEMO_USERS.map(({ subject }) => subject)).size).toBe(DEMO_USERS.length)
  expect(findDemoUser(' Owner@Northwind.example ')).toBe(DEMO_USERS[0])
  expect(findDemoUser('nobody@northwind.example')).toBeUndefined()
})
