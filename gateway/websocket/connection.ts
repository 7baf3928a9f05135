import type { WebSocket } from 'ws'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { ANONYMOUS } from '../../platform/access/principal.ts'
import type { OpenedContext } from '../http/operation-context.ts'
import type { Authentication } from '../identity/token-verifier.ts'

/** Close codes of `graphql-transport-ws` and of RFC 6455 that this server uses by itself. */
export const CLOSE = {
  forbidden: 4403,
  tooMany: 4429,
  internal: 4500,
  serviceRestart: 1012,
  tryAgainLater: 1013,
} as const

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** One client: who it is, until when, and what is running for it. */
export class Connection {
  readonly socket: WebSocket
  readonly operations = new Map<string, OpenedContext>()
  principal: Principal = ANONYMOUS
  /** Releases what watches over it. */
  release: () => void = () => undefined
  /** Answered the last ping. */
  isAlive = true
  #expiry: NodeJS.Timeout | undefined

  constructor(socket: WebSocket) {
    this.socket = socket
  }

  /** The proof of who it is ends with its token: the connection ends then too. */
  authenticated({ principal, expiresAt }: Authentication, clock: Clock): void {
    this.principal = principal
    if (!expiresAt) return
    const left = Math.min(expiresAt.getTime() - clock.now().getTime(), LONGEST_TIMER_MS)
    this.#expiry = setTimeout(() => this.forbid('The token has expired'), Math.max(left, 0))
  }

  finish(id: string): void {
    this.operations.get(id)?.cancel()
    this.operations.delete(id)
  }

  /** Whoever it speaks for may not be here any more. What runs for it hears nothing after this. */
  forbid(reason: string): void {
    this.socket.close(CLOSE.forbidden, reason)
    this.#stop()
  }

  /** Stops everything that runs for it. */
  closed(): void {
    this.#stop()
  }

  #stop(): void {
    clearTimeout(this.#expiry)
    this.release()
    for (const id of [...this.operations.keys()]) this.finish(id)
  }
}
