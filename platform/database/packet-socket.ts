import { Socket } from 'node:net'

interface Chunk {
  readonly chunk: Buffer
}

type Written = (error?: Error | null) => void

/**
 * Sends the statements of one turn of the event loop as one packet. The driver corks the socket for each statement by
 * itself; here it stays corked until the turn ends. (`write` cannot be overridden: `connect` puts the stream's back.)
 */
export class PacketSocket extends Socket {
  #isHeld = false

  override cork(): void {
    if (!this.#isHeld) super.cork()
  }

  override uncork(): void {
    if (this.#isHeld) return
    this.#isHeld = true
    setImmediate(() => {
      this.#isHeld = false
      super.uncork()
    })
  }

  override _writev(chunks: readonly Chunk[], written: Written): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer' as BufferEncoding, written) // what streams pass for a chunk that is none of text
  }
}
