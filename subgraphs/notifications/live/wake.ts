/**
 * Lets one reader sleep until somebody has something for it. Whoever wakes it while it is awake is not forgotten: the next
 * sleep is none.
 */
export class Wake {
  #isDue = false
  #awake: (() => void) | undefined

  call(): void {
    this.#isDue = true
    this.#awake?.()
  }

  /** Resolves when called. For one sleeper at a time. */
  async sleep(): Promise<void> {
    if (!this.#isDue) {
      await new Promise<void>((resolve) => {
        this.#awake = resolve
      })
    }
    this.#awake = undefined
    this.#isDue = false
  }
}
