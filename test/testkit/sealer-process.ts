import { startSealer } from '../../platform/audit/sealer.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { silentLog } from '../../platform/log/log.ts'

/**
 * A sealer in a process of its own that kills itself, as `kill -9` does, at a step of its first batch:
 * `node sealer-process.ts <url> <taken | appended | signed | unmarked | never>`.
 */
const [url = '', step = ''] = process.argv.slice(2)

startSealer({
  url,
  log: silentLog,
  clock: systemClock,
  signer: undefined,
  standbyMs: 20,
  pollMs: 20,
  reached: (reached) => {
    if (reached !== step) return Promise.resolve()
    process.kill(process.pid, 'SIGKILL')
    return new Promise(() => undefined)
  },
  metrics: {
    leads: (leading) => {
      if (leading) process.stdout.write('leads\n')
    },
    sealed: () => undefined,
  },
})
