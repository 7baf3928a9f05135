import type { QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { Kind, print, type DocumentNode, type GraphQLSchema } from 'graphql'
import { measurer } from '../operation/measure.ts'
import { fragmentsOf } from './planning/fragments-of.ts'
import { planOperation, TooManyPaths } from './planning/plan-operation.ts'
import type { PlanningSdl } from './planning/planning-sdl.ts'
import { createPlanningThread } from './planning/planning-thread.ts'

export interface SubgraphLocation {
  readonly name: string
  /** From `@join__graph(url:)`; empty where subgraphs are in process. */
  readonly url: string
}

/** One generation of the graph. What was validated against it is planned and completed by it, never by another. */
export interface Supergraph {
  readonly sdl: string
  /** What clients see. */
  readonly apiSchema: GraphQLSchema
  /** With everything that clients do not see: directives, inaccessible elements. */
  readonly fullSchema: GraphQLSchema
  readonly subgraphs: readonly SubgraphLocation[]
  /** Which shares of progressive overrides one operation belongs to; the empty text where there are none. */
  readonly draw: () => string
  /**
   * Plans a document of one operation. Costs milliseconds; one that is large, or can be planned in very many ways, is planned
   * in a thread of its own: the caller keeps plans. Throws, or rejects with, what the planner refuses, `OPERATION_TOO_LARGE`
   * where it takes too long.
   */
  readonly plan: (document: DocumentNode, drawn?: string) => QueryPlan | Promise<QueryPlan>
  readonly close: () => Promise<void>
}

/** How planning is bounded. */
export interface PlanningLimits {
  /** Operations of more fields, fragments expanded, are planned in a thread of their own. */
  readonly maxFieldsHere: number
  /** So are those with more ways to one of their fields. */
  readonly maxPathsHere: number
  /** Those with more are refused: what a thread needs at once beyond its memory ends the process. */
  readonly maxPathsAside: number
  readonly timeoutMs: number
  readonly maxHeapMb: number
}

export const PLANNING_LIMITS: PlanningLimits = {
  maxFieldsHere: 300,
  maxPathsHere: 1000,
  maxPathsAside: 30_000,
  timeoutMs: 5000,
  maxHeapMb: 512,
}

export interface SupergraphParts {
  readonly sdl: string
  /** Made for the SDL of `planning`, with as many paths as the limits say. */
  readonly planner: QueryPlanner
  readonly planning: PlanningSdl
  readonly limits?: PlanningLimits | undefined
}

export const supergraphOf = (parts: SupergraphParts): Supergraph => {
  const { sdl, planner, planning, limits = PLANNING_LIMITS } = parts
  const { supergraph } = planner
  const planHere = planOperation(planner, planning)
  const thread = createPlanningThread({ sdl, maxPaths: limits.maxPathsAside, ...limits })
  return {
    sdl,
    apiSchema: supergraph.apiSchema().toGraphQLJSSchema(),
    fullSchema: supergraph.schema.toGraphQLJSSchema(),
    subgraphs: [...supergraph.subgraphsMetadata()].flatMap(({ name, url }) =>
      planning.originals.has(name) ? [] : [{ name, url }],
    ),
    draw: planning.overrides.draw,
    plan: (document, drawn = planning.overrides.draw()) => {
      const planAside = (): Promise<QueryPlan> => thread.plan({ query: print(document), drawn })
      if (fieldsOf(document) > limits.maxFieldsHere) return planAside()
      try {
        return planHere(document, drawn)
      } catch (error) {
        if (error instanceof TooManyPaths) return planAside()
        throw error
      }
    },
    close: thread.close,
  }
}

const fieldsOf = (document: DocumentNode): number => {
  const fragments = fragmentsOf(document)
  const measure = measurer((name) => fragments.get(name))
  return Math.max(
    ...document.definitions.map((node) =>
      node.kind === Kind.OPERATION_DEFINITION ? measure(node.selectionSet).fields : 0,
    ),
  )
}
