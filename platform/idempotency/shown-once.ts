/**
 * What is told once, such as a new key: whoever repeats the call that made it is not told again. It is kept nowhere,
 * and written as null wherever a result is written.
 */
export class ShownOnce<T> {
  readonly #value: T | undefined

  constructor(value?: T) {
    this.#value = value
  }

  /** Null in what was kept of the first answer. */
  get value(): T | null {
    return this.#value ?? null
  }

  toJSON(): null {
    return null
  }
}
