import { WINDOW_BYTES } from '../protocol/window.ts'
import { RingBuffer } from '../stream/ring-buffer.ts'

/** Beyond the window: what was under way when the terminal was paused. node-pty reads 64 KiB at once. */
const SLACK_BYTES = 128 * 1024

/** In one frame: small enough that what many terminals share is shared fairly. */
const FRAME_BYTES = 32 * 1024

/** Where output goes while somebody listens. */
export interface OutputSink {
  readonly output: (offset: number, bytes: Uint8Array) => void
  /** The output goes on at `offset`, after `lost` bytes that are gone. */
  readonly skipped: (offset: number, lost: number) => void
  /** Whether more may be given; asked for again by `pump`. */
  readonly hasRoom: () => boolean
}

/**
 * The output of one terminal, from its beginning: kept for 1 MiB, given to one listener at a time from any offset on
 * that is still kept, and never more than 1 MiB beyond what that listener acknowledged, or said it has.
 */
export class OutputFlow {
  readonly #ring = new RingBuffer(WINDOW_BYTES + SLACK_BYTES)
  #sink: OutputSink | undefined
  #sent = 0
  #acknowledged = 0
  #isHeld = false

  /** How many bytes there were in all. */
  get end(): number {
    return this.#ring.end
  }

  /** Whether the program must wait: somebody listens, or soon may again, and has too much to take in already. */
  get isFull(): boolean {
    return this.#isHeld && this.#ring.end - this.#acknowledged >= WINDOW_BYTES
  }

  /** Whether the listener was given everything. */
  get isDrained(): boolean {
    return this.#sink !== undefined && this.#sent === this.#ring.end
  }

  push(bytes: Uint8Array): void {
    this.#ring.push(bytes)
    this.pump()
  }

  /** Gives the listener what it may have and does not have yet. */
  pump(): void {
    const sink = this.#sink
    if (sink === undefined) return
    if (this.#sent < this.#ring.start) this.#skip(sink, this.#sent)
    const limit = Math.min(this.#ring.end, this.#acknowledged + WINDOW_BYTES)
    while (this.#sent < limit && sink.hasRoom()) {
      const bytes = this.#ring.read(this.#sent, Math.min(FRAME_BYTES, limit - this.#sent))
      sink.output(this.#sent, bytes)
      this.#sent += bytes.length
    }
  }

  /** From now on this listener, which has everything before `offset`. False for an offset that was never reached. */
  listen(sink: OutputSink, offset: number): boolean {
    if (offset > this.#ring.end) return false
    this.#sink = sink
    this.#isHeld = true
    this.#skip(sink, offset)
    this.pump()
    return true
  }

  /** Beyond what was sent: undone, the listener is wrong. */
  acknowledge(offset: number): void {
    if (offset > this.#sent || offset < this.#acknowledged) return
    this.#acknowledged = offset
    this.pump()
  }

  /** Nobody listens. `expect`: somebody may again in a moment, and the program goes on waiting where it has to. */
  unlisten(next: 'expect' | 'run-on'): void {
    this.#sink = undefined
    this.#isHeld = next === 'expect'
  }

  #skip(sink: OutputSink, from: number): void {
    this.#sent = Math.max(from, this.#ring.start)
    this.#acknowledged = this.#sent
    sink.skipped(this.#sent, this.#sent - from)
  }
}
