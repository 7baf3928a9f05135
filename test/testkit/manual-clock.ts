import type { Clock } from '../../platform/clock/clock.ts'

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  readonly advance: (seconds: number) => void
}

export const manualClock = (start = new Date('2026-03-01T12:00:00Z')): ManualClock => {
  let now = start.getTime()
  return {
    now: () => new Date(now),
    advance: (seconds) => {
      now += seconds * 1000
    },
  }
}
