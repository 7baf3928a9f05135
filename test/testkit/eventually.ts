import { setTimeout as wait } from 'node:timers/promises'

/**
 * Repeats `check` until it no longer throws; gives its value. After `withinMs` the last failure is thrown: for
 * conditions that another process or a timer brings about, instead of sleeping.
 */
export const eventually = async <T>(check: () => T | Promise<T>, withinMs = 10_000): Promise<T> => {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await wait(10)
    }
  }
}
