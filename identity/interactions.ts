import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { Log } from '../platform/log/log.ts'
import { MULTI_FACTOR_ACR, SINGLE_FACTOR_ACR } from './clients.ts'
import type { DemoUser } from './demo-users.ts'
import { contentSecurityPolicy, loginPage, messagePage } from './pages.ts'

export const INTERACTION_PATH = '/interaction/'

/** A form of two short fields. */
const MAXIMUM_FORM_BYTES = 4 * 1024

export interface InteractionsOptions {
  readonly provider: Provider
  readonly users: readonly DemoUser[]
  readonly mount: string
  /** Where the answer to the form may redirect to besides the provider's own origin. */
  readonly formTargets: readonly string[]
  readonly isSessionNotFound: (error: unknown) => boolean
  readonly log: Log
}

export interface Interactions {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

/** The login page and its answer. The provider's own cookie says which sign-in a browser is in the middle of. */
export const createInteractions = ({
  provider,
  users,
  mount,
  formTargets,
  isSessionNotFound,
  log,
}: InteractionsOptions): Interactions => {
  const send = (response: ServerResponse, status: number, html: string): void => {
    response
      .writeHead(status, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': contentSecurityPolicy(formTargets),
      })
      .end(html)
  }

  const show = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { uid, params } = await provider.interactionDetails(request, response)
    const client = await provider.Client.find(String(params['client_id']))
    const hint = typeof params['login_hint'] === 'string' ? params['login_hint'] : undefined
    const action = `${mount}${INTERACTION_PATH}${uid}`
    send(
      response,
      200,
      loginPage({
        action,
        clientName: client?.clientName ?? 'GPUaaS',
        users,
        hint,
      }),
    )
  }

  const signIn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await readForm(request)
    const user = users.find(({ email }) => email === form?.get('email'))
    if (form === undefined || user === undefined) {
      send(response, 400, messagePage('Nobody was chosen', 'Go back and choose one of the demo users.'))
      return
    }
    const multi = form.get('second_factor') === 'yes'
    await provider.interactionFinished(
      request,
      response,
      {
        login: {
          accountId: user.subject,
          acr: multi ? MULTI_FACTOR_ACR : SINGLE_FACTOR_ACR,
          amr: multi ? ['pwd', 'otp', 'mfa'] : ['pwd'],
          remember: true,
        },
        // A native client's user is always asked (RFC 8252, section 8.6); choosing a person here is the answer.
        consent: {},
      },
      { mergeWithLastSubmission: false },
    )
  }

  return {
    handle: async (request, response) => {
      try {
        if (request.method === 'GET') await show(request, response)
        else if (request.method === 'POST') await signIn(request, response)
        else send(response, 405, messagePage('Not here', 'This page is read and answered by a browser.'))
      } catch (error) {
        if (isSessionNotFound(error)) {
          send(
            response,
            400,
            messagePage(
              'Begin again',
              'This sign-in is over or was begun in another browser. Go back to the application and sign in again.',
            ),
          )
          return
        }
        log.error({ err: error }, 'the login page failed')
        if (!response.headersSent)
          send(response, 500, messagePage('Sign-in failed', 'Something went wrong on our side.'))
      }
    },
  }
}

/** `undefined` for a body that is larger than the form can be. */
const readForm = async (request: IncomingMessage): Promise<URLSearchParams | undefined> => {
  const body: AsyncIterable<Buffer> = request // a request without an encoding set yields buffers
  const chunks: Buffer[] = []
  let size = 0
  for await (const bytes of body) {
    size += bytes.byteLength
    if (size > MAXIMUM_FORM_BYTES) return undefined
    chunks.push(bytes)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
