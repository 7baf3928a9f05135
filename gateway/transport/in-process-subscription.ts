import { createSourceEventStream } from 'graphql'
import { runUntil } from '../../platform/cancellation/cancellation.ts'
import type { Execute } from '../../platform/graphql/execution/compile-document.ts'
import { tracedEvent } from '../../platform/tracing/event-trace.ts'
import { mapEvents } from '../streams/map-events.ts'
import { faultOf, toCatalogued } from '../execution/subgraph-error.ts'
import { withAbort } from '../streams/abortable-events.ts'
import type { ContextOf, InProcessSubgraph } from './in-process-transport.ts'
import { eventRequest, type PreparedFetch, type RequestContext, type SubgraphResult } from './transport.ts'

/**
 * Subscribes in a subgraph of this process. Each event is executed with a context of its own: nothing that was loaded
 * for one event may answer the next. Ends when the request's signal aborts.
 */
export const subscribeInProcess = async (
  { name, schema, context }: InProcessSubgraph,
  run: Execute,
  contextOf: ContextOf,
  { document }: PreparedFetch,
  variableValues: Readonly<Record<string, unknown>>,
  request: RequestContext,
): Promise<AsyncIterableIterator<SubgraphResult>> => {
  const source = await createSourceEventStream({
    schema,
    document,
    variableValues,
    contextValue: await contextOf(request),
  })
  if (!isAsyncIterable(source)) {
    const [error] = source.errors ?? []
    throw error ? toCatalogued(error) : faultOf(new Error('The subgraph gave no stream'))
  }
  const events = source[Symbol.asyncIterator]()
  const upstream: AsyncIterableIterator<unknown> = {
    next: () => events.next(),
    return: async () => (await events.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this
    },
  }
  const results = mapEvents(upstream, (rootValue) =>
    tracedEvent<SubgraphResult>(rootValue, name, async () => {
      const contextValue = await context(await eventRequest(request))
      return runUntil(request.cancellation.signal, () => run({ document, rootValue, variableValues, contextValue }))
    }),
  )
  return withAbort(results, request.cancellation.signal)
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value
