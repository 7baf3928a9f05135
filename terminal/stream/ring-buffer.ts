/** The last bytes of a stream, addressed by their offset from its beginning. Takes its whole memory at once. */
export class RingBuffer {
  readonly #memory: Buffer
  #end = 0
  #start = 0

  /** `capacity`: how many of the last bytes are kept. */
  constructor(capacity: number) {
    this.#memory = Buffer.allocUnsafe(capacity)
  }

  /** The offset of the oldest byte that is kept. */
  get start(): number {
    return this.#start
  }

  /** The offset after the last byte: how many there were in all. */
  get end(): number {
    return this.#end
  }

  get capacity(): number {
    return this.#memory.length
  }

  /** Adds to the end; what is older than the capacity is overwritten. */
  push(bytes: Uint8Array): void {
    const kept = bytes.length > this.capacity ? bytes.subarray(bytes.length - this.capacity) : bytes
    this.#end += bytes.length - kept.length
    const at = this.#end % this.capacity
    const first = Math.min(kept.length, this.capacity - at)
    this.#memory.set(kept.subarray(0, first), at)
    this.#memory.set(kept.subarray(first), 0)
    this.#end += kept.length
    this.#start = Math.max(this.#start, this.#end - this.capacity)
  }

  /**
   * Up to `limit` bytes from `offset` on, in one piece and valid until the next `push`; fewer where the memory wraps.
   * Empty at the end. Throws a RangeError for an offset that is not kept.
   */
  read(offset: number, limit: number): Buffer {
    if (offset < this.#start || offset > this.#end) throw new RangeError(`the ring does not hold byte ${offset}`)
    const at = offset % this.capacity
    return this.#memory.subarray(at, at + Math.min(limit, this.#end - offset, this.capacity - at))
  }
}
