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

  /** Resolves when called, or after so many milliseconds where they are given. For one sleeper at a time. */
  async sleep(atMostMs?: number): Promise<void> {
    if (!this.#isDue) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#awake = resolve
        // Who sleeps keeps no process from its end.
        if (atMostMs !== undefined) timer = setTimeout(resolve, atMostMs).unref()
      })
      clearTimeout(timer)
    }
    this.#awake = undefined
    this.#isDue = false
  }
}
