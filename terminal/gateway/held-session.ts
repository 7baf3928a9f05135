import { principalKey } from '../../platform/access/principal.ts'
import type { TerminalSize } from '../protocol/size.ts'
import { WINDOW_BYTES } from '../protocol/window.ts'
import type { Holding, TerminalTicket } from '../sessions.ts'
import type { AgentLink } from './agent-link.ts'
import type { ClientConnection } from './client-connection.ts'

/** One session at this gateway: its ticket, its client where one is attached, and its node's link where that is up. */
export class HeldSession {
  readonly ticket: TerminalTicket
  /** Whose it is, for the limit of each user. */
  readonly userKey: string
  holding: Holding | undefined
  client: ClientConnection | undefined
  size: TerminalSize
  /** Not told to its control yet: its node is asked for nothing. */
  isConnecting = false
  /** Whether its node has opened it, now or before. */
  isOpened = false
  /** Told to the client: nothing but its close follows. */
  hasExited = false
  /** The next byte of output that the client does not have. */
  forwarded: number
  acknowledged: number
  inputSent = 0
  inputTaken = 0
  #link: AgentLink | undefined
  #stream: number | undefined
  #isOpening = false
  #timer: NodeJS.Timeout | undefined
  #stuckSince: number | undefined
  #reports: Promise<unknown> = Promise.resolve()

  constructor(ticket: TerminalTicket, client: ClientConnection | undefined, offset: number, size: TerminalSize) {
    this.ticket = ticket
    this.userKey = principalKey(ticket.principal)
    this.client = client
    this.size = size
    this.forwarded = offset
    this.acknowledged = offset
  }

  get link(): AgentLink | undefined {
    return this.#link
  }

  get stream(): number | undefined {
    return this.#stream
  }

  /** Whether it goes on as soon as its node is linked. */
  get isAwaitingNode(): boolean {
    return this.#link === undefined && !this.isConnecting
  }

  /** Its node was asked, and has not answered. */
  get isOpening(): boolean {
    return this.#isOpening
  }

  /** It is there, on the node of this link, and nobody listens. */
  goOver(link: AgentLink): void {
    this.clearTimer()
    this.#link = link
    this.#stream = undefined
  }

  /** Its node is asked for it; its bytes go over this stream of the link. */
  ask(link: AgentLink, stream: number): void {
    this.goOver(link)
    this.#stream = stream
    this.#isOpening = true
  }

  /** Its node has it, or refused it. */
  answered(): void {
    this.clearTimer()
    this.#isOpening = false
  }

  /** The link is gone, or this gateway holds it no longer. */
  leaveLink(): void {
    if (this.#stream !== undefined) this.#link?.releaseStream(this.#stream)
    this.#link = undefined
    this.#stream = undefined
    this.#isOpening = false
  }

  /** Nobody listens any more, and the link stays. */
  stopListening(): void {
    if (this.#stream !== undefined) this.#link?.releaseStream(this.#stream)
    this.#stream = undefined
  }

  /** Does this after the time unless something comes between. */
  after(ms: number, act: () => void): void {
    this.clearTimer()
    this.#timer = setTimeout(act, ms)
  }

  clearTimer(): void {
    clearTimeout(this.#timer)
  }

  /** One report after the other, in the order in which things happened. */
  inTurn<T>(report: () => Promise<T>): Promise<T> {
    const told = this.#reports.then(report)
    this.#reports = told.catch(() => undefined)
    return told
  }

  /** Since when, of the same clock as `now`, the client has let its program wait; undefined while it does not. */
  stuckSince(now: number): number | undefined {
    const isStuck = this.client !== undefined && this.forwarded - this.acknowledged >= WINDOW_BYTES
    this.#stuckSince = isStuck ? (this.#stuckSince ?? now) : undefined
    return this.#stuckSince
  }

  /** The client took something in. */
  progressed(): void {
    this.#stuckSince = undefined
  }
}
