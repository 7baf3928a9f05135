import { createEgress } from '../../platform/egress/egress.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { openDatabase } from '../../platform/database/database.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { startWorker } from '../../platform/jobs/worker.ts'
import { silentLog } from '../../platform/log/log.ts'
import { createWebhooks } from '../../subgraphs/notifications/webhook/context.ts'
import { webhookJobs } from '../../subgraphs/notifications/webhook-delivery/jobs.ts'
import { webhookMeans } from '../../subgraphs/notifications/testkit/test-partner.ts'

/**
 * A worker that sends webhooks in a process of its own, and kills itself, as `kill -9` does, at a step of its first one:
 * `node webhook-process.ts <url of notifications> <url of worker> <before-claiming | before-sending | after-sending |
 * after-settling | never>`.
 */
const [url = '', workerUrl = '', step = ''] = process.argv.slice(2)

const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}

const egress = createEgress({ policy: { ports: [443], loopback: 'allow' }, timeoutMs: 1_000 })
const means = webhookMeans({
  timeoutMs: 1_000,
  egress: {
    ...egress,
    post: async (request) => {
      if (step === 'before-sending') await die()
      const outcome = await egress.post(request)
      if (step === 'after-sending') await die()
      return outcome
    },
  },
})
const database = openDatabase({
  url,
  schema: 'notifications',
  poolSize: 2,
  applicationName: 'test-webhooks',
  clock: systemClock,
  ids: systemIds,
  log: silentLog,
})
const { sending } = createWebhooks({ database, webhooks: means, clock: systemClock, ids: systemIds })
const jobs = Object.entries(webhookJobs(sending)).map(([name, job]) => [
  name,
  async (payload: Readonly<Record<string, string>>) => {
    if (step === 'before-claiming') await die()
    await job(payload)
    if (step === 'after-settling') await die()
  },
])
await startWorker({ url: workerUrl, jobs: Object.fromEntries(jobs) as ReturnType<typeof webhookJobs>, log: silentLog }) // the same names
process.stdout.write('works\n')
