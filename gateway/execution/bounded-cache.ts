/** A map that forgets what was unused the longest once it holds `limit` entries. */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, Value>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): Value | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    // Maps keep the order of insertion: what was used last stands last.
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#limit) return
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }

  /** The value under the key, made when it is not there. */
  getOrMake(key: string, make: () => Value): Value {
    const present = this.get(key)
    if (present !== undefined) return present
    const made = make()
    this.set(key, made)
    return made
  }
}
