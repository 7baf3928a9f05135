import { operationFromDocument, type Schema } from '@apollo/federation-internals'
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { Kind, type DocumentNode } from 'graphql'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { keepObjects } from './keep-objects.ts'
import { leaveOut } from './leave-out.ts'
import { mapFetches } from './map-fetches.ts'
import { needsFetch } from './needs-fetch.ts'
import { separateNames } from './own-names.ts'
import type { PlanningSdl } from './planning-sdl.ts'
import { restorePlan } from './restore-plan.ts'

/** Plans a document of one operation. Throws what the planner refuses. */
export type PlanOperation = (document: DocumentNode, drawn: string) => QueryPlan

/** `planner` was made for the SDL of `planning`. */
export const planOperation = (planner: QueryPlanner, planning: PlanningSdl): PlanOperation => {
  const { required, names, overrides, originals } = planning
  const schema: Schema = planner.supergraph.apiSchema()
  return (whole, drawn) => {
    refuseContextNames(whole)
    const document = leaveOut(whole)
    const own = separateNames(keepObjects(document), names)
    const operation = operationFromDocument(schema, own.document, { validate: false })
    const plan = planner.buildQueryPlan(operation, { overrideConditions: overrides.conditions(drawn) })
    if (!plan.node && needsFetch(document)) throw catalogued('OPERATION_UNANSWERABLE')
    return mapFetches(own.restore(restorePlan(plan, required)), {
      fetch: (node) => ({ ...node, serviceName: originals.get(node.serviceName) ?? node.serviceName }),
    })
  }
}

const CONTEXT_VARIABLE = /^contextualArgument_\d+_\d+$/

/** The planner names variables of contexts so, and does not look whether the caller has any of that name. */
const refuseContextNames = ({ definitions }: DocumentNode): void => {
  for (const node of definitions)
    if (node.kind === Kind.OPERATION_DEFINITION)
      for (const { variable } of node.variableDefinitions ?? [])
        if (CONTEXT_VARIABLE.test(variable.name.value))
          throw catalogued(
            'GRAPHQL_VALIDATION_FAILED',
            {},
            { message: `The name of the variable "$${variable.name.value}" is reserved.` },
          )
}
