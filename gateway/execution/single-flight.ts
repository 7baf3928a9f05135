/** Has what several ask for at the same time made once. */
export class SingleFlight<Value> {
  readonly #flights = new Map<string, Promise<Value>>()

  /** What is being made under the key, or what `make` gives. What is made at once is nobody else's. */
  run(key: string, make: () => Value | Promise<Value>): Value | Promise<Value> {
    const present = this.#flights.get(key)
    if (present) return present
    const made = make()
    if (!(made instanceof Promise)) return made
    const flight = made.finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }
}
