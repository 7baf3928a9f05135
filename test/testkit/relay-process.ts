import { createPostgresBackbone } from '../../platform/events/postgres-backbone.ts'
import { startRelay } from '../../platform/events/relay.ts'
import { silentLog } from '../../platform/log/log.ts'

/**
 * A relay in a process of its own that kills itself, as `kill -9` does, at a step of its first batch:
 * `node relay-process.ts <url> <before-publishing | half-published | before-deleting | after-deleting | never>`.
 */
const [url = '', step = ''] = process.argv.slice(2)

const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}

const backbone = createPostgresBackbone({ url })

startRelay({
  url,
  log: silentLog,
  standbyMs: 20,
  backbone: {
    ...backbone,
    publish: async (events) => {
      if (step === 'before-publishing') await die()
      if (step === 'half-published') {
        await backbone.publish(events.slice(0, Math.ceil(events.length / 2)))
        await die()
      }
      await backbone.publish(events)
      if (step === 'before-deleting') await die()
    },
  },
  metrics: {
    leads: (leading) => {
      if (leading) process.stdout.write('leads\n')
    },
    published: () => {
      if (step === 'after-deleting') void die()
    },
    lag: () => undefined,
  },
})
