import { mkdir, writeFile } from 'node:fs/promises'
import { arch, cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureBroadcasts, measureDeliveries, measureIdle, type Plan } from './measure.ts'
import { pageOf, type RealtimeReport } from './page.ts'
import { setRealtimeStage } from './stage.ts'
import { versions } from '../versions.ts'

/** `npm run bench:realtime`: what ten thousand subscribers cost. With `--quick` a thousand, and nothing is written. */
const RESULTS = join(import.meta.dirname, '..', 'results')

const FULL: Plan = {
  subscribers: 10_000,
  topics: 100,
  deliveriesPerSecond: 25_000, // above the bar of 20,000, so that reaching it is not a matter of rounding
  seconds: 20,
  broadcasts: 20,
  reconnectsPerSecond: 100,
}
const QUICK: Plan = {
  ...FULL,
  subscribers: 1000,
  topics: 10,
  deliveriesPerSecond: 2000,
  seconds: 5,
  broadcasts: 5,
  reconnectsPerSecond: 10,
}

const progress = (message: string): void => {
  process.stderr.write(`… ${message}\n`)
}

const measure = async (plan: Plan, nodeFlags: readonly string[]): Promise<RealtimeReport> => {
  const { subscribers, seconds, reconnectsPerSecond } = plan
  const stage = await setRealtimeStage(nodeFlags)
  try {
    const { load, url } = stage
    progress(`${String(subscribers)} subscribers connect`)
    const idle = await measureIdle(stage, plan)
    progress('deliveries')
    const deliveries = await measureDeliveries(stage, plan)
    progress('deliveries while subscribers leave and come back')
    const reconnects = await measureDeliveries(stage, plan, () =>
      load.call('reconnect', { perSecond: reconnectsPerSecond, seconds }),
    )
    progress('broadcasts')
    await load.call('closeAll')
    await load.call('open', { url, count: subscribers, topics: 1, ends: await stage.subgraphs.call('ends') })
    const broadcast = await measureBroadcasts(stage, plan, 'topic-0')
    return {
      plan,
      idle,
      deliveries,
      reconnects,
      broadcast,
      date: new Date().toISOString().slice(0, 10),
      machine: { cpus: cpus().length, architecture: arch(), platform: process.platform },
      versions: await versions(),
    }
  } finally {
    await stage.stop()
  }
}

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, 'node-flag': { type: 'string', multiple: true } },
})
const report = await measure(values.quick === true ? QUICK : FULL, values['node-flag'] ?? [])
const page = pageOf(report)
console.log(page)
if (values.quick !== true) {
  await mkdir(RESULTS, { recursive: true })
  await writeFile(join(RESULTS, 'realtime.json'), `${JSON.stringify(report, undefined, 2)}\n`)
  await writeFile(join(RESULTS, 'realtime.md'), `${page}\n`)
}
