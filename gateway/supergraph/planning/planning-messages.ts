import type { QueryPlan } from '@apollo/query-planner'
import type { ErrorCode } from '../../../platform/errors/catalogue.ts'
import { mapFetches } from './map-fetches.ts'

/** What a planning thread is started with. */
export interface PlanningWorkerData {
  readonly sdl: string
  readonly maxPaths: number
}

/** What a planning thread is sent: one at a time. */
export interface PlanningOrder {
  readonly query: string
  readonly drawn: string
}

export type PlanningAnswer =
  | { readonly plan: QueryPlan }
  | { readonly failure: { readonly code: ErrorCode | undefined; readonly message: string } }

/** A plan as it can be sent to another thread: its texts alone, which are parsed there. */
export const withoutDocuments = (plan: QueryPlan): QueryPlan =>
  mapFetches(plan, { fetch: ({ operationDocumentNode, ...node }) => node })
