import { collectDefaultMetrics, Registry } from 'prom-client'
import { instrumentsIn, type Instruments } from './instruments.ts'
import { backgroundMetrics } from './metrics-background.ts'
import { edgeMetrics } from './metrics-edge.ts'

export interface MetricsOptions {
  /** Memory, event loop and garbage collection of the process; tests leave them out. */
  readonly process: 'measured' | 'left out'
}

/** Makes the metrics of one process. A part that needs one of its own makes it from `instruments`. */
export const createMetrics = (options: MetricsOptions = { process: 'measured' }) => {
  const registry = new Registry()
  if (options.process === 'measured') collectDefaultMetrics({ register: registry })
  const instruments: Instruments = instrumentsIn(registry)
  return {
    ...edgeMetrics(instruments),
    ...backgroundMetrics(instruments),
    instruments,
    registry,
    /** The answer of `GET /metrics`. */
    exposition: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
