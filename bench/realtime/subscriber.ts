import { WebSocket } from 'ws'

/** Milliseconds since 1970 with fractions, comparable between processes of one machine. */
export const now = (): number => performance.timeOrigin + performance.now()

export interface Delivered {
  readonly topic: string
  readonly sequence: number
  readonly sentAt: number
}

export interface SubscriberOptions {
  readonly url: string
  readonly topic: string
  /** The last event of the topic before this one subscribes: what comes next must be the next. */
  readonly last: number
  /** Loopback addresses are spread where one has too few ports. */
  readonly localAddress: string | undefined
  readonly onDelivered: (subscriber: Subscriber, delivered: Delivered, at: number) => void
  readonly onFailed: (why: string) => void
}

const QUERY =
  'subscription ($topic: ID!, $after: String) { ticks(topic: $topic, after: $after) { topic cursor sequence sentAt place { name } } }'

/** One client with one subscription, which goes on where it was when it comes back. */
export class Subscriber {
  readonly topic: string
  /** Of the last event; what comes next must be the next. */
  last: number
  readonly #options: SubscriberOptions
  #socket: WebSocket | undefined
  #isResuming = false

  constructor(options: SubscriberOptions) {
    this.#options = options
    this.topic = options.topic
    this.last = options.last
  }

  /** Resolves when it is connected and has sent its subscription. */
  open(): Promise<void> {
    const { url, localAddress, onFailed } = this.#options
    const socket = new WebSocket(url, 'graphql-transport-ws', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
      ...(localAddress !== undefined && { localAddress }),
    })
    this.#socket = socket
    socket.on('error', (error) => {
      onFailed(String(error))
    })
    return new Promise((resolve) => {
      socket.once('open', () => {
        socket.send('{"type":"connection_init"}')
      })
      socket.on('close', (code) => {
        if (this.#socket === socket) onFailed(`closed with ${String(code)}`)
        resolve()
      })
      socket.on('message', (data: Buffer) => {
        this.#hear(data, socket, resolve)
      })
    })
  }

  /** Without a word, as a network is lost; or as a client that leaves. */
  close(how: 'lost' | 'left'): void {
    const socket = this.#socket
    this.#socket = undefined
    if (how === 'lost') socket?.terminate()
    else socket?.close(1000)
  }

  #hear(data: Buffer, socket: WebSocket, onSubscribed: () => void): void {
    if (this.#socket !== socket) return
    const message = JSON.parse(data.toString()) as { type: string; payload?: { data?: { ticks: Delivered | null } } }
    switch (message.type) {
      case 'connection_ack': {
        const variables = { topic: this.topic, ...(this.#isResuming && { after: String(this.last) }) }
        this.#isResuming = true
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY, variables } }))
        onSubscribed()
        return
      }
      case 'next': {
        const tick = message.payload?.data?.ticks
        if (tick) this.#options.onDelivered(this, tick, now())
        else this.#options.onFailed(data.toString().slice(0, 500))
        return
      }
      default:
        this.#options.onFailed(data.toString().slice(0, 500))
    }
  }
}
