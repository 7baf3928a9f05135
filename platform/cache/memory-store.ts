import type { Clock } from '../clock/clock.ts'

interface Entry {
  readonly value: string
  readonly expiresAt: number
}

export interface Bounds {
  readonly maxEntries: number
  /** Of keys and values together, as JavaScript keeps them: two bytes a character at most. */
  readonly maxBytes: number
}

const sizeOf = (key: string, value: string): number => 2 * (key.length + value.length)

/** Values with a time to live, bounded in number and size: the ones unused for longest go first. */
export class MemoryStore {
  readonly #entries = new Map<string, Entry>() // in the order of last use
  readonly #clock: Clock
  readonly #bounds: Bounds
  #bytes = 0

  constructor(clock: Clock, bounds: Bounds) {
    this.#clock = clock
    this.#bounds = bounds
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (this.#isOver(entry)) {
      this.delete(key)
      return undefined
    }
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  set(key: string, value: string, ttlMs: number): void {
    this.replace(key, value, this.#now() + ttlMs)
  }

  replace(key: string, value: string, expiresAt: number): void {
    this.delete(key)
    if (sizeOf(key, value) > this.#bounds.maxBytes) return
    this.#entries.set(key, { value, expiresAt })
    this.#bytes += sizeOf(key, value)
    this.#makeRoom()
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#bytes -= sizeOf(key, entry.value)
  }

  deleteUnder(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.delete(key)
  }

  /** Forgets everything whose time is over. */
  sweep(): void {
    for (const [key, entry] of this.#entries) if (this.#isOver(entry)) this.delete(key)
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }

  #makeRoom(): void {
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= this.#bounds.maxEntries && this.#bytes <= this.#bounds.maxBytes) return
      this.delete(key)
    }
  }

  #now(): number {
    return this.#clock.now().getTime()
  }

  #isOver({ expiresAt }: Entry): boolean {
    return this.#now() >= expiresAt
  }
}
