const NOTHING = Buffer.alloc(0)
/** What is smaller is copied: a piece of its own costs a hundred bytes of memory, were it but one byte long. */
const SMALL_BYTES = 1024
const GATHERED_AT_ONCE = 16 * SMALL_BYTES

/** A body that comes in pieces. It takes little more memory than its bytes, in however many they come. */
export class GatheredBytes {
  readonly #parts: Buffer[] = []
  #tail = NOTHING
  #used = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Adds `bytes[from, to)`, which must not change afterwards. */
  add(bytes: Buffer, from: number, to: number): void {
    this.#size += to - from
    if (to - from >= SMALL_BYTES) {
      this.#endTail()
      this.#parts.push(bytes.subarray(from, to))
      return
    }
    if (this.#tail.length - this.#used < to - from) {
      this.#endTail()
      this.#tail = Buffer.allocUnsafe(GATHERED_AT_ONCE)
    }
    this.#used += bytes.copy(this.#tail, this.#used, from, to)
  }

  /** All of it, once. */
  whole(): Buffer {
    this.#endTail()
    const [only] = this.#parts
    return only !== undefined && this.#parts.length === 1 ? only : Buffer.concat(this.#parts)
  }

  #endTail(): void {
    if (this.#used > 0) this.#parts.push(this.#tail.subarray(0, this.#used))
    this.#tail = NOTHING
    this.#used = 0
  }
}
