import { until } from './until.ts'

/** One answer of a server as `text/event-stream`, read as it comes. */
export interface EventSourceClient {
  readonly response: Response
  /** The messages so far; comments have the type `comment`. */
  readonly messages: readonly StreamMessage[]
  /** Waits for the nth message that is no comment. */
  readonly message: (index: number) => Promise<StreamMessage>
  /** Waits until the server ends the response. */
  readonly ended: () => Promise<void>
  readonly close: () => void
}

export interface StreamMessage {
  readonly type: string
  readonly id: string | undefined
  readonly data: unknown
}

const parse = (text: string): StreamMessage => {
  const fields = new Map(
    text.split('\n').map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()]
    }),
  )
  const data = fields.get('data')
  const type = fields.get('event') ?? (fields.has('retry') ? 'retry' : 'comment')
  return { type, id: fields.get('id'), data: data ? (JSON.parse(data) as unknown) : undefined }
}

/** By `POST`, or by `GET` where the body is undefined and the query stands in the address. */
export const openEventSource = async (
  url: string,
  body: object | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventSourceClient> => {
  const controller = new AbortController()
  const response = await fetch(url, {
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
    headers: { accept: 'text/event-stream', ...(body && { 'content-type': 'application/json' }), ...headers },
    signal: controller.signal,
  })
  const messages: StreamMessage[] = []
  let isEnded = false
  const read = async (): Promise<void> => {
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      const parts = text.split('\n\n')
      text = parts.pop() ?? ''
      messages.push(...parts.map(parse))
    }
  }
  if (response.headers.get('content-type')?.startsWith('text/event-stream'))
    void read()
      .catch(() => undefined)
      .finally(() => (isEnded = true))
  const heard = (): StreamMessage[] => messages.filter(({ type }) => type !== 'comment')
  return {
    response,
    messages,
    message: async (index) => {
      await until(`message ${index} has come`, () => heard().length > index)
      const message = heard()[index]
      if (!message) throw new Error('unreachable')
      return message
    },
    ended: () => until('the stream has ended', () => isEnded),
    close: () => controller.abort(),
  }
}
