import { createHash, randomBytes } from 'node:crypto'
import { CLI_CLIENT_ID, CLI_REDIRECT_URI } from './clients.ts'

export interface SignIn {
  readonly issuer: string
  readonly email: string
  readonly factors: 'single' | 'multi'
}

/** The provider could not be reached, or did not let the person in. The message is for a terminal. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed'
}

/**
 * Signs a demo user in as a browser would, by authorization code with PKCE (RFC 7636), and returns an access token.
 * Nothing is faked: what works here works for the console.
 */
export const signIn = async ({ issuer, email, factors }: SignIn): Promise<string> => {
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const cookies = new Map<string, string>()

  const ask = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
      headers: { ...(cookie === '' ? {} : { cookie }) },
    }).catch((cause: unknown) => {
      throw new SignInFailed(`The identity provider at ${issuer} cannot be reached`, { cause })
    })
    for (const line of response.headers.getSetCookie()) remember(cookies, line)
    return response
  }

  const follow = async (url: string, init?: RequestInit): Promise<string> => {
    const response = await ask(url, init)
    await response.body?.cancel()
    const location = response.headers.get('location')
    if (location === null)
      throw new SignInFailed(`${new URL(url).pathname} answered ${String(response.status)} and no redirect`)
    return new URL(location, url).href
  }

  const authorization = new URL(`${issuer}/auth`)
  authorization.search = new URLSearchParams({
    client_id: CLI_CLIENT_ID,
    redirect_uri: CLI_REDIRECT_URI,
    response_type: 'code',
    scope: 'openid',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()

  const loginPage = await follow(authorization.href)
  const form = new URLSearchParams({
    email,
    ...(factors === 'multi' ? { second_factor: 'yes' } : {}),
  })
  const resumed = await follow(loginPage, { method: 'POST', body: form })
  const answer = new URL(await follow(resumed)).searchParams
  const code = answer.get('code')
  if (code === null || answer.get('state') !== state) {
    throw new SignInFailed(
      `The identity provider did not sign ${email} in: ${answer.get('error_description') ?? 'it sent no code'}`,
    )
  }

  const response = await ask(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLI_CLIENT_ID,
      redirect_uri: CLI_REDIRECT_URI,
      code,
      code_verifier: verifier,
    }),
  })
  const body: unknown = await response.json().catch(() => undefined)
  if (typeof body === 'object' && body !== null && 'access_token' in body && typeof body.access_token === 'string') {
    return body.access_token
  }
  throw new SignInFailed(`The identity provider gave no token: its token endpoint answered ${String(response.status)}`)
}

/** Keeps a cookie of the provider; one with an empty value is being taken back. Paths do not matter within one sign-in. */
const remember = (cookies: Map<string, string>, line: string): void => {
  const [pair = ''] = line.split(';', 1)
  const separator = pair.indexOf('=')
  const name = pair.slice(0, separator)
  const value = pair.slice(separator + 1)
  if (value === '') cookies.delete(name)
  else cookies.set(name, value)
}
