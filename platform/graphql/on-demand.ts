/**
 * Makes, for each operation, an object whose properties are made when they are first asked for: an operation uses few of a
 * subgraph's loaders. `makers` is given once; what an operation gives is passed to them.
 */
export const onDemand = <T extends object, Given = void>(makers: {
  readonly [Name in keyof T]: (given: Given) => T[Name]
}): ((given: Given) => T) => {
  class OnDemand {
    readonly #given: Given
    readonly #made = new Array<unknown>(Object.keys(makers).length)

    constructor(given: Given) {
      this.#given = given
    }

    static {
      Object.entries<(given: Given) => unknown>(makers).forEach(([name, make], index) => {
        Object.defineProperty(OnDemand.prototype, name, {
          get(this: OnDemand) {
            return (this.#made[index] ??= make(this.#given))
          },
        })
      })
    }
  }
  return (given) => new OnDemand(given) as unknown as T // a property for each maker, by the type of `makers`
}
