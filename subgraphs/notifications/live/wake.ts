/**
 * Lets one reader sleep until somebody has something for it, or a time is over. Whoever wakes it while it is awake is
 * not forgotten: the next sleep is none.
 */
export class Wake {
  #isDue = false
  #awake: (() => void) | undefined

  call(): void {
    this.#isDue = true
    this.#awake?.()
  }

  /** Resolves when called, at the latest after `ms`. For one sleeper at a time. */
  async sleep(ms: number): Promise<void> {
    if (!this.#isDue) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms).unref() // who sleeps keeps no process from its end
        this.#awake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#awake = undefined
    this.#isDue = false
  }
}
