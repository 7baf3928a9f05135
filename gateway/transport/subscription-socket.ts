import { AsyncLocalStorage } from 'node:async_hooks'
import { constants } from 'node:buffer'
import { WebSocket } from 'ws'
import { messageOf } from './subscription-message.ts'

/** What a subscription is told. */
export interface SubscriptionSink {
  readonly next: (result: unknown) => void
  /** It is over: the subgraph refuses it, by what should be a list of errors. */
  readonly refused: (errors: unknown) => void
  /** It is over: its connection failed. */
  readonly lost: (error: Error) => void
  readonly complete: () => void
}

export interface SubscriptionSocketOptions {
  /** `ws:` or `wss:`. */
  readonly url: string
  /** How long a connection without a subscription is kept for the next one. */
  readonly idleMs: number
  /** A connection without an answer for so long is dead, whatever its socket says. */
  readonly answerMs: number
  /**
   * Of one message, unpacked. A larger event ends its subscription alone; one that is four times as large ends the
   * connection before it is read whole.
   */
  readonly maxMessageBytes: number
  readonly onConnected: () => void
}

interface Subscription {
  readonly id: string
  /** The message that asks for it. */
  readonly asking: string
  readonly sink: SubscriptionSink
}

const SUBPROTOCOL = 'graphql-transport-ws'
const NORMAL_CLOSURE = 1000
/** What is larger than may be is still read, to know whose it is, up to so many times what may be. */
const READ_TIMES = 4
/** How long whoever is told of the end of a connection may take to agree. */
const GOODBYE_MS = 1000

/**
 * One connection at a time on which subscriptions are asked for (the protocol `graphql-transport-ws`): opened by the
 * first one, shared by all, closed when it has none for a while. None outlasts the connection that it began on.
 */
export class SubscriptionSocket {
  readonly #options: SubscriptionSocketOptions
  readonly #subscriptions = new Map<string, Subscription>()
  #ids = 0
  #socket: WebSocket | undefined
  #isAcknowledged = false
  #idle: NodeJS.Timeout | undefined
  /** Until the next ping, or until an answer must have come. */
  #watch: NodeJS.Timeout | undefined
  /** The connection is of all subscriptions: what happens on it happens in the context of none. */
  readonly #outside = AsyncLocalStorage.snapshot()

  constructor(options: SubscriptionSocketOptions) {
    this.#options = options
  }

  /** Gives what ends it, of which the sink is not told. Throws where the payload cannot be written as JSON. */
  subscribe(payload: object, sink: SubscriptionSink): () => void {
    const id = String(++this.#ids)
    const subscription = { id, asking: JSON.stringify({ type: 'subscribe', id, payload }), sink }
    clearTimeout(this.#idle)
    this.#subscriptions.set(subscription.id, subscription)
    this.#socket ??= this.#outside(() => this.#open())
    if (this.#isAcknowledged) this.#socket.send(subscription.asking)
    return () => {
      if (!this.#subscriptions.has(subscription.id)) return
      if (this.#isAcknowledged) this.#send({ type: 'complete', id: subscription.id })
      this.#forget(subscription)
    }
  }

  /** Its subscriptions are told that the connection failed. Resolves when nothing is left of it, nor of its timers. */
  async close(): Promise<void> {
    const socket = this.#socket
    this.#lose(socket, new Error('The connection was closed'))
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.close(NORMAL_CLOSURE)
    const impatient = setTimeout(() => socket.terminate(), GOODBYE_MS)
    await closed
    clearTimeout(impatient)
  }

  #open(): WebSocket {
    const { url, answerMs, maxMessageBytes } = this.#options
    const maxPayload = Math.min(READ_TIMES * maxMessageBytes, constants.MAX_STRING_LENGTH)
    const socket = new WebSocket(url, SUBPROTOCOL, { handshakeTimeout: answerMs, maxPayload })
    socket.on('open', () => {
      this.#send({ type: 'connection_init' })
      this.#expectAnswer(socket)
    })
    socket.on('message', (data: Buffer) => this.#take(socket, data))
    socket.on('error', (error) => this.#lose(socket, error))
    socket.on('close', (code) => this.#lose(socket, new Error(`The subgraph closed the connection with ${code}`)))
    return socket
  }

  #take(socket: WebSocket, data: Buffer): void {
    if (socket !== this.#socket) return
    const message = messageOf(data)
    switch (message?.type) {
      case 'connection_ack':
        if (this.#isAcknowledged) return this.#refuse(socket)
        this.#isAcknowledged = true
        this.#options.onConnected()
        this.#pingLater(socket)
        for (const subscription of this.#subscriptions.values()) socket.send(subscription.asking)
        break
      case 'ping':
        this.#send({ type: 'pong' })
        break
      case 'pong':
        this.#pingLater(socket)
        break
      case 'next':
        if (data.length > this.#options.maxMessageBytes) return this.#drop(this.#subscriptions.get(message.id))
        this.#subscriptions.get(message.id)?.sink.next(message.payload)
        break
      case 'error':
        this.#forget(this.#subscriptions.get(message.id))?.refused(message.payload)
        break
      case 'complete':
        this.#forget(this.#subscriptions.get(message.id))?.complete()
        break
      default:
        this.#refuse(socket)
    }
  }

  #refuse(socket: WebSocket): void {
    this.#lose(socket, new Error('The subgraph sent what is no message of the protocol'))
    socket.terminate()
  }

  /** Its event is too large. It would be so behind the same cursor again: the subscription is over. */
  #drop(subscription: Subscription | undefined): void {
    if (subscription === undefined) return
    this.#send({ type: 'complete', id: subscription.id })
    this.#forget(subscription)?.refused([])
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message))
  }

  /** Gives whom to tell, where there is somebody. */
  #forget(subscription: Subscription | undefined): SubscriptionSink | undefined {
    if (subscription === undefined) return undefined
    this.#subscriptions.delete(subscription.id)
    if (this.#subscriptions.size === 0) this.#closeLater()
    return subscription.sink
  }

  #closeLater(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.close(), this.#options.idleMs).unref()
  }

  #pingLater(socket: WebSocket): void {
    clearTimeout(this.#watch)
    this.#watch = setTimeout(() => {
      this.#send({ type: 'ping' })
      this.#expectAnswer(socket)
    }, this.#options.answerMs).unref()
  }

  #expectAnswer(socket: WebSocket): void {
    clearTimeout(this.#watch)
    this.#watch = setTimeout(() => socket.terminate(), this.#options.answerMs).unref()
  }

  #lose(socket: WebSocket | undefined, error: Error): void {
    if (socket !== this.#socket) return
    clearTimeout(this.#idle)
    clearTimeout(this.#watch)
    this.#socket = undefined
    this.#isAcknowledged = false
    const lost = [...this.#subscriptions.values()]
    this.#subscriptions.clear()
    for (const { sink } of lost) sink.lost(error)
  }
}
