/** What a client's bytes are written to: a socket, or a response. */
export interface Channel {
  /** False where it takes no more until it drains. */
  readonly write: (bytes: Buffer) => boolean
  readonly once: (event: 'drain', call: () => void) => unknown
}

export interface OutboxLimits {
  /** Messages that may wait for a client that does not read. */
  readonly maxQueuedEvents: number
  /** Their bytes. */
  readonly maxQueuedBytes: number
}

interface Waiting {
  readonly frame: Buffer
  readonly owner: object | undefined
}

/**
 * What waits for one client: written at once while its connection takes it, queued in order while it does not. Events
 * are taken up to a bound of their number and bytes; what else must be said is always taken.
 */
export class Outbox {
  readonly #stream: Channel
  readonly #limits: OutboxLimits
  /** Told when more waits than the bound allows, and when nothing waits any more. */
  readonly #onPressure: (isOver: boolean) => void
  #queue: Waiting[] | undefined
  #bytes = 0
  #isOver = false
  #onEmpty: (() => void) | undefined

  constructor(stream: Channel, limits: OutboxLimits, onPressure: (isOver: boolean) => void) {
    this.#stream = stream
    this.#limits = limits
    this.#onPressure = onPressure
  }

  /** False where the client is too slow for it: it is not sent. `owner` is who may take it back while it waits. */
  offer(frame: Buffer, owner: object): boolean {
    if (this.#queue && !this.#hasRoomFor(frame.length)) return false
    this.#put(frame, owner)
    return true
  }

  /** An answer that the client asked for: past the bound it is asked to wait with further questions. */
  send(frame: Buffer): void {
    this.#put(frame)
    if (this.#isOver || !this.#queue || this.#hasRoomFor(0)) return
    this.#isOver = true
    this.#onPressure(true)
  }

  /** Whether the connection takes no more at the moment. */
  get isBlocked(): boolean {
    return this.#queue !== undefined
  }

  /** Calls once everything is written that was sent before; nothing is sent after. */
  end(call: () => void): void {
    if (this.#queue) void this.drained()?.then(call)
    else call()
  }

  /** Resolves when everything that waits is written; undefined where nothing waits. */
  drained(): Promise<void> | undefined {
    if (!this.#queue) return undefined
    return new Promise((resolve) => {
      const before = this.#onEmpty
      this.#onEmpty = () => {
        before?.()
        resolve()
      }
    })
  }

  /** What waits of the owner's is not sent any more; without an owner all of it. */
  drop(owner?: object): void {
    if (!this.#queue) return
    this.#queue = owner ? this.#queue.filter((waiting) => waiting.owner !== owner) : []
    this.#bytes = this.#queue.reduce((sum, { frame }) => sum + frame.length, 0)
  }

  #hasRoomFor(bytes: number): boolean {
    const { maxQueuedEvents, maxQueuedBytes } = this.#limits
    return (this.#queue?.length ?? 0) < maxQueuedEvents && this.#bytes + bytes <= maxQueuedBytes
  }

  #put(frame: Buffer, owner?: object): void {
    if (this.#queue) {
      this.#queue.push({ frame, owner })
      this.#bytes += frame.length
      return
    }
    if (this.#stream.write(frame)) return
    this.#queue = []
    this.#stream.once('drain', () => this.#flush())
  }

  #flush(): void {
    const waiting = this.#queue ?? []
    let sent = 0
    for (const { frame } of waiting) {
      sent++
      this.#bytes -= frame.length
      if (this.#stream.write(frame)) continue
      this.#queue = waiting.slice(sent)
      this.#stream.once('drain', () => this.#flush())
      return
    }
    this.#queue = undefined
    this.#bytes = 0
    const onEmpty = this.#onEmpty
    this.#onEmpty = undefined
    onEmpty?.()
    if (!this.#isOver) return
    this.#isOver = false
    this.#onPressure(false)
  }
}
