import type { Clock } from '../../platform/clock/clock.ts'

const GRAIN_MS = 100
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Many deadlines on one timer: a connection has several, and a timer for each would be what it weighs most by. Each
 * is met up to a tenth of a second late, never early.
 */
export const createDeadlines = (clock: Clock) => {
  const due = new Map<number, Set<() => void>>()
  let timer: NodeJS.Timeout | undefined
  let next = Infinity

  const arm = (slot: number): void => {
    if (slot >= next) return
    next = slot
    clearTimeout(timer)
    const left = slot * GRAIN_MS - clock.now().getTime()
    timer = setTimeout(ring, Math.min(Math.max(left, 0), LONGEST_TIMER_MS)).unref()
  }

  const ring = (): void => {
    const now = Math.floor(clock.now().getTime() / GRAIN_MS)
    next = Infinity
    let earliest = Infinity
    for (const [slot, calls] of due) {
      if (slot > now) {
        earliest = Math.min(earliest, slot)
        continue
      }
      due.delete(slot)
      for (const call of calls) call()
    }
    if (earliest < Infinity) arm(earliest)
  }

  return {
    /** Calls at that time, or soon where it has passed. Gives what prevents it. */
    at: (time: Date, call: () => void): (() => void) => {
      const slot = Math.ceil(time.getTime() / GRAIN_MS)
      const calls = due.get(slot) ?? new Set()
      due.set(slot, calls.add(call))
      arm(slot)
      return () => {
        calls.delete(call)
        if (calls.size === 0 && due.get(slot) === calls) due.delete(slot)
      }
    },
    stop: (): void => {
      clearTimeout(timer)
      due.clear()
    },
  }
}

export type Deadlines = ReturnType<typeof createDeadlines>
