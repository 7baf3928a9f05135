import type { RawData, WebSocket } from 'ws'
import { decodeClientFrame, MAX_INPUT_BYTES, PROTOCOL_VERSION, type ClientFrame } from '../protocol/client-frames.ts'
import { CLOSE, type CloseName } from '../protocol/close-codes.ts'
import { encodeGatewayFrame, type GatewayFrame } from '../protocol/gateway-frames.ts'
import { WINDOW_BYTES } from '../protocol/window.ts'

export type Hello = Extract<ClientFrame, { type: 'hello' }>

/** What a client that is attached does. */
export interface ClientListener {
  readonly onInput: (bytes: Uint8Array) => void
  readonly onAck: (offset: number) => void
  readonly onResize: (size: Hello['size']) => void
  /** `clean`: the client answered the close, so it had everything that was sent before. */
  readonly onGone: (how: 'clean' | 'broken') => void
}

/** What may wait in a socket beyond the window before its client is taken for one that acknowledges what it never read. */
const LARGEST_BACKLOG = WINDOW_BYTES + 512 * 1024

const UNANSWERED_MS = 3000

/** One client's WebSocket: only frames that belong come through, everything else closes it with its code. */
export class ClientConnection {
  readonly #socket: WebSocket
  readonly #onClose: (name: CloseName) => void
  readonly #hello = Promise.withResolvers<Hello | undefined>()
  #listener: ClientListener | undefined
  #greeted = false
  #isReady = false
  #isAlive = true
  #closedBy: CloseName | undefined

  /** `onClose` is told the name of each close that this side begins. */
  constructor(socket: WebSocket, onClose: (name: CloseName) => void) {
    this.#socket = socket
    this.#onClose = onClose
    socket.on('pong', () => (this.#isAlive = true))
    socket.on('message', (data: RawData, isBinary: boolean) => {
      // ws hands over one Buffer unless told otherwise.
      if (isBinary) this.#hear(decodeClientFrame(data as Buffer))
      else this.close('PROTOCOL_ERROR')
    })
    socket.once('close', (code) => {
      this.#hello.resolve(undefined)
      this.#listener?.onGone(code === 1006 || code === 1005 ? 'broken' : 'clean')
    })
    // What is wrong below the frames closes the socket by itself; its close is heard above.
    socket.on('error', () => undefined)
  }

  /** The first frame; undefined where the connection ended without one. */
  get hello(): Promise<Hello | undefined> {
    return this.#hello.promise
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  /** Why this side closed it, if it did. */
  get closedBy(): CloseName | undefined {
    return this.#closedBy
  }

  /** Bytes that wait in the socket. */
  get backlog(): number {
    return this.#socket.bufferedAmount
  }

  /** Whom its frames are for. Where the client is gone already, its end is told at once. */
  listen(listener: ClientListener): void {
    this.#listener = listener
    if (this.#socket.readyState >= this.#socket.CLOSING) listener.onGone('broken')
  }

  send(frame: GatewayFrame): void {
    if (!this.isOpen) return
    if (frame.type === 'ready') this.#isReady = true
    this.#socket.send(encodeGatewayFrame(frame))
    if (this.#socket.bufferedAmount > LARGEST_BACKLOG) this.close('SLOW_CLIENT')
  }

  /** `reason` is the name unless given. */
  close(name: CloseName, reason: string = name): void {
    if (this.#closedBy !== undefined || this.#socket.readyState >= this.#socket.CLOSING) return
    this.#closedBy = name
    this.#onClose(name)
    this.#socket.close(CLOSE[name], reason)
    // A client that does not answer the close keeps its place no longer; one that reads the end of its output may.
    if (name !== 'CLOSED') setTimeout(() => this.#socket.terminate(), UNANSWERED_MS).unref()
  }

  terminate(): void {
    this.#socket.terminate()
  }

  /** Ends a connection that did not answer the last ping, else asks again. */
  ping(): void {
    if (!this.#isAlive) return this.terminate()
    this.#isAlive = false
    if (this.isOpen) this.#socket.ping()
  }

  #hear(frame: ClientFrame | undefined): void {
    if (this.#closedBy !== undefined) return
    if (frame === undefined) return this.close('PROTOCOL_ERROR')
    if (frame.type === 'hello') {
      if (this.#greeted || frame.version !== PROTOCOL_VERSION) return this.close('PROTOCOL_ERROR')
      this.#greeted = true
      return this.#hello.resolve(frame)
    }
    if (!this.#isReady) return this.close('PROTOCOL_ERROR')
    switch (frame.type) {
      case 'input':
        if (frame.bytes.length > MAX_INPUT_BYTES) return this.close('MESSAGE_TOO_LARGE')
        return this.#listener?.onInput(frame.bytes)
      case 'ack':
        return this.#listener?.onAck(frame.offset)
      case 'resize':
        return this.#listener?.onResize(frame.size)
      case 'ping':
        return this.send({ type: 'pong', payload: frame.payload })
    }
  }
}
