/** Wakes a loop. A ring before the wait is remembered, so that nothing falls between looking and waiting. */
export interface Bell {
  readonly ring: () => void
  /** Resolves when the bell rings or rang, the time is over, or the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

export const createBell = (): Bell => {
  let rung = false
  let wake: () => void = () => undefined
  return {
    ring: () => {
      rung = true
      wake()
    },
    wait: async (ms, signal) => {
      if (!rung && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<undefined>()
        wake = () => {
          resolve(undefined)
        }
        const timer = setTimeout(wake, ms)
        signal.addEventListener('abort', wake, { once: true })
        await promise
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        wake = () => undefined
      }
      rung = false
    },
  }
}
