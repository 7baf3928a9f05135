import { Socket } from 'node:net'

interface Chunk {
  readonly chunk: Buffer
}

type Written = (error?: Error | null) => void

/** Sends what is written within one turn of the event loop as one packet. */
export class PacketSocket extends Socket {
  #isHeld = false

  override write(chunk: Uint8Array | string, written?: Written): boolean
  override write(chunk: string, encoding?: BufferEncoding, written?: Written): boolean
  override write(...args: unknown[]): boolean {
    if (!this.#isHeld) {
      this.#isHeld = true
      this.cork()
      setImmediate(() => {
        this.#isHeld = false
        this.uncork()
      })
    }
    return super.write(...(args as Parameters<Socket['write']>)) // as declared above
  }

  override _writev(chunks: readonly Chunk[], written: Written): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer' as BufferEncoding, written) // what streams pass for a chunk that is none of text
  }
}
