import type { CataloguedError } from '../../platform/errors/catalogue.ts'
import type { Decisions } from '../preflight/decisions.ts'
import type { RequestContext, SubgraphError, SubgraphTransport } from '../transport/transport.ts'
import type { DataObject, ResponsePath } from './data.ts'

/** A failure and the place of the answer that it left null. */
export interface FieldError {
  readonly path: ResponsePath
  readonly error: CataloguedError
}

export type Variables = Readonly<Record<string, unknown>>

/** One operation under way: what was fetched so far, and what went wrong. */
export interface Run {
  readonly data: DataObject
  /** As the client sent them: subgraphs coerce them and apply defaults themselves. */
  readonly variables: Variables
  /** The values of the variables that `@skip` and `@include` use, defaults applied. */
  readonly conditions: ReadonlyMap<string, boolean>
  readonly request: RequestContext
  readonly decisions: Decisions
  readonly errors: FieldError[]
}

/**
 * One node of a plan, compiled; done when it returns, or with the promise that it returns. Neither throws nor rejects:
 * failures are added to the run's errors.
 */
export type Step = (run: Run) => Promise<void> | undefined

export type TransportOf = (subgraph: string) => SubgraphTransport

/** Told of what callers must not learn: the subgraph and its own words, all of one answer. For the log. */
export type OnSubgraphErrors = (
  subgraph: string,
  errors: readonly (SubgraphError | CataloguedError)[],
  request: RequestContext,
) => void
