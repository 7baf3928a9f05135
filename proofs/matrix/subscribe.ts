import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { isRecord, type Answer } from '../stage/answer.ts'

export interface SubscribeRequest {
  /** Of HTTP; the socket is beside it. */
  readonly url: string
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly connectionParams?: Readonly<Record<string, unknown>>
  readonly extensions?: Record<string, unknown>
}

/** The connection of whoever sends a bad credential is closed, with no word but this code. */
const CLOSED_FORBIDDEN = 4403

const codeOfClose = (fault: unknown): unknown =>
  isRecord(fault) && fault['code'] === CLOSED_FORBIDDEN ? 'UNAUTHENTICATED' : undefined

const answer = (data: unknown, errors: readonly unknown[]): Answer => ({
  ...{ status: 200, text: JSON.stringify({ data, errors }), headers: {}, data },
  errors: errors.map((error) => {
    const { path, extensions }: Readonly<Record<string, unknown>> = isRecord(error) ? error : {}
    const code = isRecord(extensions) ? extensions['code'] : codeOfClose(error)
    return {
      path: Array.isArray(path) ? path.filter((key) => typeof key === 'string' || typeof key === 'number') : [],
      code: typeof code === 'string' ? code : 'UNCATALOGUED',
    }
  }),
})

/** Never waited for where all is well. */
const SILENCE_MS = 20_000

/** The first thing that a subscription says: an event, or why there will be none. Then it is ended. */
export const firstWordOf = async (request: SubscribeRequest): Promise<Answer> => {
  const client = createClient({
    url: request.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(request.connectionParams && { connectionParams: request.connectionParams }),
  })
  try {
    return await new Promise<Answer>((resolve) => {
      setTimeout(() => {
        resolve(answer(null, []))
      }, SILENCE_MS).unref()
      const payload = { query: request.query, variables: request.variables }
      client.subscribe(request.extensions ? { ...payload, extensions: request.extensions } : payload, {
        next: ({ data, errors }) => {
          resolve(answer(data, errors ?? []))
        },
        error: (fault) => {
          resolve(answer(null, Array.isArray(fault) ? fault : [fault]))
        },
        complete: () => {
          resolve(answer(null, []))
        },
      })
    })
  } finally {
    await client.dispose()
  }
}
