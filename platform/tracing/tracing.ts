import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { SpanTarget } from './provider.ts'
import { setTracer } from './span.ts'

export interface TracingOptions {
  /** As traces show it: `gateway`, `subgraph:compute`. */
  readonly serviceName: string
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: spans are sent to `<endpoint>/v1/traces`. */
  readonly endpoint?: string | undefined
  /** Instead of an endpoint: gets every span when it ends. */
  readonly exporter?: SpanExporter
}

export interface Tracing {
  /** Sends what is left, then makes no more spans. */
  readonly stop: () => Promise<void>
}

const OFF: Tracing = { stop: () => Promise.resolve() }

/** Starts tracing for the process, once. With neither endpoint nor exporter no span is ever made. */
export const startTracing = async (options: TracingOptions): Promise<Tracing> => {
  const target = targetOf(options)
  if (target === undefined) return OFF
  // Loaded where there is something to trace for: the SDK is ten megabytes of memory.
  const { openTracerProvider } = await import('./provider.ts')
  const { tracer, stop } = await openTracerProvider(options.serviceName, target)
  setTracer(tracer)
  return {
    stop: async () => {
      setTracer(undefined)
      await stop()
    },
  }
}

const targetOf = ({ endpoint, exporter }: TracingOptions): SpanTarget | undefined => {
  if (exporter !== undefined) return { exporter }
  return endpoint === undefined ? undefined : { endpoint }
}
