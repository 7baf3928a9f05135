import type { measureBroadcasts, measureDeliveries, measureIdle, Plan } from './measure.ts'

type Measured<Measure extends (...of: never[]) => Promise<unknown>> = Awaited<ReturnType<Measure>>

export interface RealtimeReport {
  readonly plan: Plan
  readonly idle: Measured<typeof measureIdle>
  readonly deliveries: Measured<typeof measureDeliveries>
  readonly reconnects: Measured<typeof measureDeliveries>
  readonly broadcast: Measured<typeof measureBroadcasts>
  readonly date: string
  readonly machine: { readonly cpus: number; readonly architecture: string; readonly platform: string }
  readonly versions: Readonly<Record<string, string>>
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')

const failuresOf = (of: RealtimeReport['idle'] | RealtimeReport['deliveries']): number =>
  Object.values(of.failures).reduce((sum, count) => sum + count, 0)

export const pageOf = (report: RealtimeReport): string => {
  const { plan, idle, deliveries, reconnects, broadcast, date, machine, versions } = report
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    '# What subscribers cost',
    '',
    `${whole(plan.subscribers)} WebSockets with a subscription each, on one process of the general gateway (\`npm run gateway\`, its defaults) over two synthetic subgraphs (graphql-js, graphql-ws), on ${whole(plan.topics)} topics. Each event is completed by the second subgraph. Gateway, subgraphs and load generator are a process each.`,
    '',
    '| what | measured | bar |',
    '| --- | --: | --: |',
    `| memory of an idle subscriber | ${idle.kilobytesEach.toFixed(1)} KB | 30 KB |`,
    `| deliveries a second (${whole(plan.deliveriesPerSecond)} offered) | ${whole(deliveries.deliveriesPerSecond)} | 20,000 |`,
    `| from the subgraph to the client, p50 | ${whole(deliveries.milliseconds.p50)} ms | |`,
    `| p99 | ${whole(deliveries.milliseconds.p99)} ms | 150 ms |`,
    `| broadcast to everybody, median of ${String(plan.broadcasts)} | ${whole(broadcast.median)} ms | 250 ms |`,
    `| the slowest of them | ${whole(broadcast.most)} ms | |`,
    `| with ${whole(plan.reconnectsPerSecond)} reconnects a second: p99 | ${whole(reconnects.milliseconds.p99)} ms | 150 ms |`,
    `| of ${whole(reconnects.delivered)} deliveries missed | ${whole(reconnects.missed)} | 0 |`,
    `| repeated | ${whole(reconnects.repeated)} | 0 |`,
    '',
    `${whole(idle.openedPerSecond)} connected and subscribed a second; the gateway held ${whole(idle.megabytes)} MB then, and ${whole(idle.streamsInSubgraph)} streams in the subgraph. Completions for each event: ${String(deliveries.completionsPerEvent)}, with reconnects ${String(reconnects.completionsPerEvent)}. Of one processor the gateway used ${String(deliveries.busy.gateway)}, the load generator ${String(deliveries.busy.load)}. Failures: ${String(failuresOf(idle) + failuresOf(deliveries) + failuresOf(reconnects))}.`,
    '',
    `${date}, \`npm run bench:realtime\`, ${String(machine.cpus)} CPUs (${machine.platform} ${machine.architecture}); ${used.join(', ')}.`,
  ].join('\n')
}
