import type { FetchNode } from '@apollo/query-planner'
import type { ExecutionResult } from 'graphql'
import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'
import { tracedCompletion } from '../../platform/tracing/event-trace.ts'
import { eventRequest, type RequestContext, type Resumption, type SubgraphResult } from '../transport/transport.ts'
import type { FetchDependencies } from './send-fetch.ts'
import { isDataObject } from './data.ts'
import { addErrors, failRoot, rootErrors } from './fetch-failure.ts'
import { mapEvents } from '../streams/map-events.ts'
import { copyObject, mergeObject } from './merge-shape.ts'
import { fetchParts } from './prepared-fetch.ts'
import type { Resumable } from './resumable.ts'
import { resumedFetch } from './resumed-fetch.ts'
import { compilePathRenames, compileRewrites } from './rewrite.ts'
import type { Run } from './run.ts'
import { faultOf } from './subgraph-error.ts'

/** Why an event may not be answered by the grants of its own moment, if it may not. */
export type ReviewEvent = (request: RequestContext) => CataloguedError | undefined

/** What becomes of each event. */
export interface EventSteps {
  readonly review: ReviewEvent
  readonly finish: (run: Run) => Promise<ExecutionResult>
}

/** One event, answered. */
export interface SubscriptionEvent {
  readonly result: ExecutionResult
  /** Where a subscription goes on after it; undefined where the stream has no positions. */
  readonly cursor: string | undefined
}

export type SubscriptionEvents = AsyncIterableIterator<SubscriptionEvent>

/** Subscribes; `after`: goes on behind that cursor, wherever the client asked to begin. */
export type Subscribe = (begun: Run, steps: EventSteps, after: string | undefined) => Promise<SubscriptionEvents>

/**
 * Subscribes in the subgraph that owns the field, and completes each of its events by the rest of the plan. A failed
 * completion is an error in that event's answer, never the end of the stream. Of an event that came after a
 * permission was lost nothing is fetched or shown.
 */
export const compileSubscription = (
  primary: FetchNode,
  { supergraphSchema, transportOf, onSubgraphErrors }: FetchDependencies,
  resumable: Resumable | undefined,
): Subscribe => {
  const { prepared, shape, variablesOf } = fetchParts(primary, supergraphSchema)
  const rewrite = compileRewrites(primary.outputRewrites, supergraphSchema)
  const rename = compilePathRenames(primary)
  const resumption = resumable && compileResumption()

  function compileResumption(): (variables: Record<string, unknown>) => Resumption {
    const { fetch, variable } = resumedFetch(prepared, supergraphSchema)
    return (variables) => ({
      cursorOf: ({ data }) => resumable?.cursorOf(data),
      after: (cursor) => ({ fetch, variables: { ...variables, [variable]: cursor } }),
    })
  }

  const answer = async (
    event: SubgraphResult,
    begun: Run,
    { review, finish }: EventSteps,
  ): Promise<ExecutionResult> => {
    const own = await eventRequest(begun.request)
    const decisions = { ...begun.decisions, access: begun.decisions.access && own.access }
    const run: Run = { ...begun, data: {}, errors: [], request: own, decisions }
    const lost = review(own)
    if (lost) {
      failRoot(run, shape, lost)
      return finish(run)
    }
    if (event.errors) onSubgraphErrors(prepared.subgraph, event.errors, own)
    addErrors(run, rootErrors(event.errors ?? [], rename))
    if (isDataObject(event.data)) {
      // The payload may be shared with other subscribers.
      const payload = copyObject(event.data, shape)
      rewrite?.(payload)
      mergeObject(run.data, payload, shape)
    } else if (run.errors.length === 0) {
      failRoot(run, shape, catalogued('SUBGRAPH_INVALID_RESPONSE'))
    }
    return finish(run)
  }

  return async (begun, steps, after) => {
    const variables = variablesOf(begun.variables)
    const resume = resumption?.(variables)
    const first = after === undefined || !resume ? { fetch: prepared, variables } : resume.after(after)
    try {
      const events = await transportOf(prepared.subgraph).subscribe(first.fetch, first.variables, begun.request, resume)
      return mapEvents(events, async (event) => ({
        cursor: resume?.cursorOf(event),
        result: await tracedCompletion(event, () => answer(event, begun, steps)),
      }))
    } catch (error) {
      const fault = faultOf(error)
      onSubgraphErrors(prepared.subgraph, [fault], begun.request)
      throw fault
    }
  }
}
