import { operationFromDocument, type Schema } from '@apollo/federation-internals'
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { GraphQLError, type DocumentNode } from 'graphql'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { asInterfaceObject } from './as-interface-object.ts'
import { inlineFragments } from './inline-fragments.ts'
import { withoutTypeNames } from './interface-objects.ts'
import { keepObjects } from './keep-objects.ts'
import { leaveOut } from './leave-out.ts'
import { mapFetches } from './map-fetches.ts'
import { needsFetch } from './needs-fetch.ts'
import { separateNames } from './own-names.ts'
import { TOO_MANY_PATHS } from './planner-of.ts'
import type { PlanningSdl } from './planning-sdl.ts'
import { restorePlan } from './restore-plan.ts'
import { separateVariables } from './separate-variables.ts'
import { tellOperation } from './tell-operation.ts'

/** Plans a document of one operation. Throws what the planner refuses, `TooManyPaths` where it gives up. */
export type PlanOperation = (document: DocumentNode, drawn: string) => QueryPlan

/** `planner` was made for the SDL of `planning`. */
export const planOperation = (planner: QueryPlanner, planning: PlanningSdl): PlanOperation => {
  const { required, names, narrowed, overrides, originals, standing, telling, isInterfaceObject, changesFetches } =
    planning
  const schema: Schema = planner.supergraph.apiSchema()
  return (whole, drawn) => {
    const variables = separateVariables(leaveOut(whole))
    const { document } = variables
    const own = separateNames(keepObjects(document, narrowed), names)
    const told = tellOperation(own.document, telling)
    const operation = operationFromDocument(schema, told.document, { validate: false })
    const plan = planned(() => planner.buildQueryPlan(operation, { overrideConditions: overrides.conditions(drawn) }))
    if (!plan.node && needsFetch(document)) throw catalogued('OPERATION_UNANSWERABLE')
    const inlined = changesFetches ? mapFetches(plan, { fetch: inlineFragments }) : plan
    return mapFetches(variables.restore(own.restore(restorePlan(told.restore(inlined), required))), {
      split: (node) =>
        asInterfaceObject(node, standing.get(node.serviceName)).flatMap((fetch) =>
          withoutTypeNames(fetch, (type) => isInterfaceObject(node.serviceName, type)),
        ),
      fetch: (node) => ({ ...node, serviceName: originals.get(node.serviceName) ?? node.serviceName }),
    })
  }
}

/** The planner was made to give up where there are so many ways to a field: another one may find the best. */
export class TooManyPaths extends Error {
  override readonly name = 'TooManyPaths'
}

/** What the planner cannot do is told from what is too much for it, and that by its words: it has no code. */
const planned = (plan: () => QueryPlan): QueryPlan => {
  try {
    return plan()
  } catch (cause) {
    if (cause instanceof GraphQLError) throw catalogued('OPERATION_UNANSWERABLE', {}, { cause })
    if (!(cause instanceof Error)) throw cause
    if (TOO_MANY_PATHS.test(cause.message)) throw new TooManyPaths(undefined, { cause })
    throw TOO_MUCH.test(cause.message) ? catalogued('OPERATION_TOO_LARGE', {}, { cause }) : cause
  }
}

const TOO_MUCH = /exceeds limit|maximum recursive selections/
