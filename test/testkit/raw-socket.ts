import { WebSocket } from 'ws'
import { until } from './until.ts'

/** A WebSocket client that speaks `graphql-transport-ws` by hand, so that a test can speak it wrongly. */
export interface RawSocket {
  readonly socket: WebSocket
  readonly send: (message: unknown) => void
  readonly messages: readonly Message[]
  /** Waits for the nth message. */
  readonly message: (index: number) => Promise<Message>
  /** Waits until the server closes. */
  readonly closed: () => Promise<{ readonly code: number; readonly reason: string }>
}

export interface Message {
  readonly type: string
  readonly id?: string
  readonly payload?: unknown
}

export const openSocket = async (
  url: string,
  protocols: readonly string[] = ['graphql-transport-ws'],
  path = '/graphql',
): Promise<RawSocket> => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, [...protocols])
  const messages: Message[] = []
  let closed: { code: number; reason: string } | undefined
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message))
  socket.on('close', (code, reason) => (closed = { code, reason: reason.toString() }))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  return {
    socket,
    messages,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    message: async (index) => {
      await until(`message ${index} has come`, () => messages.length > index)
      const message = messages[index]
      if (!message) throw new Error('unreachable')
      return message
    },
    closed: async () => {
      await until('the server has closed the socket', () => closed !== undefined)
      return closed ?? { code: 0, reason: '' }
    },
  }
}

/** The same, connected and acknowledged. */
export const connectSocket = async (url: string, payload: unknown = {}): Promise<RawSocket> => {
  const socket = await openSocket(url)
  socket.send({ type: 'connection_init', payload })
  await socket.message(0)
  return socket
}
