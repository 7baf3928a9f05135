import { context, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'

/** Where spans go: to `<endpoint>/v1/traces`, or each to the exporter when it ends. */
export type SpanTarget = { readonly endpoint: string } | { readonly exporter: SpanExporter }

export interface TracerProvider {
  readonly tracer: Tracer
  /** Sends what is left. */
  readonly stop: () => Promise<void>
}

/** The process's only one: it keeps which span is the present one, across everything asynchronous. */
export const openTracerProvider = async (serviceName: string, target: SpanTarget): Promise<TracerProvider> => {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [await processorOf(target)],
    spanLimits: { attributeValueLengthLimit: 1000 },
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return {
    tracer: provider.getTracer('gpuaas'),
    stop: async () => {
      context.disable()
      await provider.shutdown()
    },
  }
}

const processorOf = async (target: SpanTarget): Promise<SpanProcessor> => {
  if ('exporter' in target) return new SimpleSpanProcessor(target.exporter)
  // Loaded where it is used: the protocol's code is several megabytes.
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
  return new BatchSpanProcessor(new OTLPTraceExporter({ url: `${target.endpoint.replace(/\/+$/, '')}/v1/traces` }))
}
