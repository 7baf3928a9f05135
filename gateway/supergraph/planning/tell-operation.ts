import type { QueryPlan } from '@apollo/query-planner'
import type { DocumentNode } from 'graphql'
import { unusedNames } from './context-fields.ts'
import type { Telling } from './contexts.ts'
import { orderFetches } from './order-fetches.ts'
import { selectContexts } from './select-contexts.ts'
import { tellFetches } from './tell-fetches.ts'

/** An operation that asks for what its fields are told, and how its plan becomes one that tells them. */
export interface ToldPlan {
  readonly document: DocumentNode
  readonly restore: (plan: QueryPlan) => QueryPlan
}

/** Nothing changes where nobody is told anything. */
export const tellOperation = (document: DocumentNode, telling: Telling | undefined): ToldPlan => {
  if (!telling) return { document, restore: (plan) => plan }
  const selected = selectContexts(document, telling.contexts)
  const variableOf = unusedNames(document)
  return {
    document: selected.document,
    restore: (plan) => orderFetches(tellFetches(plan, { telling, selected, variableOf })),
  }
}
