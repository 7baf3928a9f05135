import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
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
  const processor = await processorOf(options)
  if (processor === undefined) return OFF
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.serviceName }),
    spanProcessors: [processor],
    spanLimits: { attributeValueLengthLimit: 1000 },
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  setTracer(provider.getTracer('gpuaas'))
  return {
    stop: async () => {
      setTracer(undefined)
      context.disable()
      await provider.shutdown()
    },
  }
}

const processorOf = async ({ endpoint, exporter }: TracingOptions): Promise<SpanProcessor | undefined> => {
  if (exporter !== undefined) return new SimpleSpanProcessor(exporter)
  if (endpoint === undefined) return undefined
  // Loaded where it is used: the protocol's code is several megabytes.
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
  return new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` }))
}
