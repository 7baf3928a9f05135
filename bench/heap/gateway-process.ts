import { GCProfiler } from 'node:v8'
import { createGateway, type GatewayOptions } from '../../gateway/create-gateway.ts'
import { limitsOf } from '../../gateway/operation/limits.ts'
import { httpLimitsOf } from '../../gateway/transport/http-limits.ts'
import { httpTransport } from '../../gateway/transport/http-transport.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { readConfig } from '../../platform/config/config.ts'
import { createLog } from '../../platform/log/log.ts'
import { createMetrics } from '../../platform/metrics/metrics.ts'
import { shopTransports } from '../engine/shop-transports.ts'
import { answerCalls } from '../realtime/remote.ts'

export type Form = 'in-process' | 'over-http'

/** What one answer took, in bytes above what was in use before it was asked for. */
export interface HeapUse {
  /** The most in use at the beginning of any collection, or at the end: what is alive, and garbage. */
  readonly most: number
  /** The most that any collection left. */
  readonly alive: number
  /** The most outside of the heap: buffers. */
  readonly outside: number
  readonly collections: number
}

/** A gateway that says what its heap did between two moments, in the collector's own words. */
const config = readConfig()
const metrics = createMetrics()

const transportsOf = (form: Form): GatewayOptions['transports'] => {
  if (form === 'over-http') return (name, url) => httpTransport({ name, url, metrics, ...httpLimitsOf(config) })
  return shopTransports(config.subgraphTimeoutMs)
}

const collect = (): void => {
  if (!globalThis.gc) throw new Error('The bench runs it with --expose-gc')
  // The second finds what the first has finalized.
  globalThis.gc()
  globalThis.gc()
}

let profiler = new GCProfiler()
let before = process.memoryUsage()

const calls = {
  open: async ({ form, supergraph }: { readonly form: Form; readonly supergraph: string }): Promise<string> => {
    const gateway = await createGateway({
      supergraph: { sdl: supergraph },
      transports: transportsOf(form),
      log: createLog({ level: 'warn', format: 'json' }),
      metrics,
      limits: limitsOf(config),
      production: true,
      clock: systemClock,
    })
    const { url } = await gateway.listen(0, '127.0.0.1')
    return `${url}/graphql`
  },
  begin: (): void => {
    collect()
    profiler = new GCProfiler()
    before = process.memoryUsage()
    profiler.start()
  },
  end: (): HeapUse => {
    const { statistics } = profiler.stop() as GcProfile // its types are not those of this version
    const after = process.memoryUsage()
    const begun = statistics.map(({ beforeGC }) => beforeGC.heapStatistics)
    const left = statistics.map(({ afterGC }) => afterGC.heapStatistics)
    const most = (of: readonly number[], base: number): number => Math.max(0, ...of) - base
    return {
      most: most([after.heapUsed, ...begun.map(({ usedHeapSize }) => usedHeapSize)], before.heapUsed),
      alive:
        left.length === 0
          ? Number.NaN
          : most(
              left.map(({ usedHeapSize }) => usedHeapSize),
              before.heapUsed,
            ),
      outside: most([after.external, ...begun.map(({ externalMemory }) => externalMemory)], before.external),
      collections: statistics.length,
    }
  },
}

interface HeapStatistics {
  readonly usedHeapSize: number
  readonly externalMemory: number
}

interface GcProfile {
  readonly statistics: readonly {
    readonly beforeGC: { readonly heapStatistics: HeapStatistics }
    readonly afterGC: { readonly heapStatistics: HeapStatistics }
  }[]
}

export type GatewayCalls = typeof calls
answerCalls(calls)
