import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { LongConnection } from '../connections/connections.ts'
import { Outbox, type OutboxLimits } from '../connections/outbox.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import type { LiveOperation } from '../subscriptions/live-operations.ts'
import { CLOSE } from './close-codes.ts'
import { messageFrame } from './frames.ts'

/** How far a connection has come: operations run once it is acknowledged. */
export type ConnectionState = 'opened' | 'initialising' | 'acknowledged' | 'draining' | 'closed'

/** One client: who it is, what is running for it, and what waits for it. */
export class Connection implements LongConnection {
  readonly socket: WebSocket
  readonly #outbox: Outbox
  state: ConnectionState = 'opened'
  principal: Principal = ANONYMOUS
  readonly operations = new Map<string, LiveOperation>()
  /** Answered since the last check. */
  isAlive = true
  #releases: (() => void)[] = []

  constructor(socket: WebSocket, stream: Duplex, limits: OutboxLimits) {
    this.socket = socket
    // Whole frames go past the library to the socket below it: made once, and the same for every subscriber.
    this.#outbox = new Outbox(stream, limits, (isOver) => (isOver ? socket.pause() : socket.resume()))
  }

  get isOpen(): boolean {
    return this.state !== 'closed'
  }

  get #isWritable(): boolean {
    return this.isOpen && this.socket.readyState === this.socket.OPEN
  }

  /** To be called when it is over. */
  onEnd(release: () => void): void {
    if (this.isOpen) this.#releases.push(release)
    else release()
  }

  send(message: object): void {
    this.answer(messageFrame(message))
  }

  /** Nothing follows a close frame, not even the client's own. */
  answer(frame: Buffer): void {
    if (this.#isWritable) this.#outbox.send(frame)
  }

  /** False where the client is too slow for it. */
  offer(frame: Buffer, owner: object): boolean {
    return this.#isWritable ? this.#outbox.offer(frame, owner) : true
  }

  /** What waits of the owner's is not sent any more. */
  drop(owner: object): void {
    this.#outbox.drop(owner)
  }

  drained(): Promise<void> | undefined {
    return this.#outbox.drained()
  }

  /** What runs for it hears nothing after this. */
  close(code: number, reason: string): void {
    if (!this.isOpen) return
    this.#outbox.drop()
    this.socket.resume()
    this.socket.close(code, reason)
    this.ended()
  }

  /** Whoever it speaks for may not be here any more. */
  forbid(reason: string): void {
    this.close(CLOSE.forbidden, reason)
  }

  /** Stops everything that runs for it. */
  ended(): void {
    if (!this.isOpen) return
    this.state = 'closed'
    for (const release of this.#releases.splice(0)) release()
    for (const operation of this.operations.values()) operation.cancel()
    this.operations.clear()
  }

  check(): void {
    if (!this.isAlive) return this.cut()
    this.isAlive = false
    this.socket.ping()
  }

  warn(withinMs: number): void {
    if (this.state === 'acknowledged') {
      this.send({ type: 'ping', payload: { code: 'SHUTTING_DOWN', closesWithinMs: withinMs } })
      this.state = 'draining'
    }
  }

  restart(): void {
    this.close(CLOSE.serviceRestart, 'The server restarts')
  }

  cut(): void {
    this.socket.terminate()
  }
}
