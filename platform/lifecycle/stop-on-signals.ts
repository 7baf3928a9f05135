import type { Log } from '../log/log.ts'
import type { Lifecycle } from './lifecycle.ts'

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export interface SignalSource {
  readonly on: (event: string, listener: (detail: unknown) => void) => unknown
}

export interface SignalOptions {
  readonly lifecycle: Lifecycle
  readonly log: Log
  /** Where signals and uncaught faults are heard: the process. */
  readonly source?: SignalSource
  readonly exit?: (code: number) => void
}

/**
 * Ends the process well: the first signal stops every part, then exits (0, or 1 when a part did not stop as it
 * should); a second one exits at once. A fault that nobody caught is logged and stops everything, too (1).
 */
export const stopOnSignals = ({ lifecycle, log, source = process, exit = process.exit }: SignalOptions): void => {
  const stopThenExit = async (reason: string, code: 0 | 1): Promise<void> => {
    const failures = await lifecycle.stop(reason)
    exit(failures.length === 0 ? code : 1)
  }
  let signals = 0
  for (const [signal, code] of Object.entries(SIGNALS)) {
    source.on(signal, () => {
      signals += 1
      if (signals > 1) exit(code)
      else void stopThenExit(signal, 0)
    })
  }
  source.on('uncaughtException', (error: unknown) => {
    log.fatal({ err: error }, 'a fault was not caught')
    void stopThenExit('a fault was not caught', 1)
  })
}
