import { Supergraph } from '@apollo/federation-internals'
import { QueryPlanner, type QueryPlannerConfig } from '@apollo/query-planner'

/**
 * The planner of a supergraph, and the supergraph that it holds, made as @apollo/gateway 2.14 makes them: the features that
 * it supports by default, the schema validated. Throws what is wrong with the SDL.
 */
export const plannerOf = (sdl: string, config: QueryPlannerConfig = {}): QueryPlanner =>
  new QueryPlanner(Supergraph.build(sdl, { validateSupergraph: true }), config)
