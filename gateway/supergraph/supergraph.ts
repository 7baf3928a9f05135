import { operationFromDocument, type Schema } from '@apollo/federation-internals'
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { needsFetch } from './planning/needs-fetch.ts'
import { separateNames } from './planning/own-names.ts'
import type { RequiredFields } from './planning/required-fields.ts'
import { restorePlan } from './planning/restore-plan.ts'

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
  /** Plans a document of one operation. Throws what the planner refuses. Costs milliseconds: the caller keeps plans. */
  readonly plan: (document: DocumentNode) => QueryPlan
}

export interface SupergraphParts {
  readonly sdl: string
  readonly apiSchema: GraphQLSchema
  /** Made for `planningSdl(sdl)`. */
  readonly planner: QueryPlanner
  readonly required: RequiredFields
  readonly names: ReadonlySet<string>
}

export const supergraphOf = ({ sdl, apiSchema, planner, required, names }: SupergraphParts): Supergraph => {
  const { supergraph } = planner
  const planningSchema: Schema = supergraph.apiSchema()
  return {
    sdl,
    apiSchema,
    fullSchema: supergraph.schema.toGraphQLJSSchema(),
    subgraphs: [...supergraph.subgraphsMetadata()].map(({ name, url }) => ({ name, url })),
    plan: (document) => {
      const own = separateNames(document, names)
      const plan = planner.buildQueryPlan(operationFromDocument(planningSchema, own.document, { validate: false }))
      if (!plan.node && needsFetch(document)) throw catalogued('OPERATION_UNANSWERABLE')
      return own.restore(restorePlan(plan, required))
    },
  }
}
