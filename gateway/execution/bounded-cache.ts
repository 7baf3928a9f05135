interface Entry<Value> {
  readonly value: Value
  readonly weight: number
}

/** A map that forgets what was unused the longest once it holds more than its limit. */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #limit: number
  readonly #weigh: (value: Value) => number
  #weight = 0
  #newest: Entry<Value> | undefined

  /**
   * `limit`: how much all values may weigh together; the one that was set last stays, whatever it weighs. Each weighs 1
   * unless told, and is weighed when it is set.
   */
  constructor(limit: number, weigh: (value: Value) => number = () => 1) {
    this.#limit = limit
    this.#weigh = weigh
  }

  get size(): number {
    return this.#entries.size
  }

  /** What all values weigh together. */
  get weight(): number {
    return this.#weight
  }

  /** Unused the longest first. */
  *values(): Generator<Value> {
    for (const { value } of this.#entries.values()) yield value
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry !== this.#newest) this.#append(key, entry)
    return entry.value
  }

  set(key: string, value: Value): void {
    this.delete(key)
    const weight = this.#weigh(value)
    this.#append(key, { value, weight })
    this.#weight += weight
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#limit || oldest === key) return
      this.delete(oldest)
    }
  }

  /** The value under the key, made when it is not there. */
  getOrMake(key: string, make: () => Value): Value {
    const present = this.get(key)
    if (present !== undefined) return present
    const made = make()
    this.set(key, made)
    return made
  }

  /** True where there was one. */
  delete(key: string): boolean {
    const entry = this.#entries.get(key)
    if (entry === undefined) return false
    if (entry === this.#newest) this.#newest = undefined
    this.#weight -= entry.weight
    return this.#entries.delete(key)
  }

  /** Maps keep the order of insertion: what was used last stands last. */
  #append(key: string, entry: Entry<Value>): void {
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#newest = entry
  }
}
