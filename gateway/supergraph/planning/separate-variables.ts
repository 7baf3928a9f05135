import type { FetchNode, QueryPlan } from '@apollo/query-planner'
import { Kind, print, visit, type DocumentNode } from 'graphql'
import { documentOf } from './fetch-document.ts'
import { mapFetches } from './map-fetches.ts'

/** An operation in which no variable of its caller has the planner's name for one. */
export interface SeparatedVariables {
  readonly document: DocumentNode
  /** Turns a plan of that operation into one of the caller's, in which the planner's variable is the one renamed. */
  readonly restore: (plan: QueryPlan) => QueryPlan
}

/** What the planner (2.14) calls that which a fetch of entities is asked with, whatever variables the caller has. */
const REPRESENTATIONS = 'representations'

/** Nothing changes where the caller has no variable of the planner's name. */
export const separateVariables = (document: DocumentNode): SeparatedVariables => {
  const names = variablesOf(document)
  if (!names.has(REPRESENTATIONS)) return { document, restore: (plan) => plan }
  let free = `${REPRESENTATIONS}_`
  while (names.has(free)) free = `${free}_`
  const other = (name: string): string => {
    if (name === REPRESENTATIONS) return free
    return name === free ? REPRESENTATIONS : name
  }
  return {
    document: exchange(document, other),
    restore: (plan) => mapFetches(plan, { condition: other, fetch: (node) => restoreFetch(node, other) }),
  }
}

const variablesOf = ({ definitions }: DocumentNode): ReadonlySet<string> =>
  new Set(
    definitions.flatMap((node) =>
      node.kind === Kind.OPERATION_DEFINITION
        ? (node.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
        : [],
    ),
  )

type RenameVariable = (name: string) => string

const exchange = (document: DocumentNode, other: RenameVariable): DocumentNode =>
  visit(document, {
    Variable: (variable) => ({ ...variable, name: { kind: Kind.NAME, value: other(variable.name.value) } }),
  })

const restoreFetch = (node: FetchNode, other: RenameVariable): FetchNode => {
  const document = exchange(documentOf(node), other)
  return {
    ...node,
    operation: print(document),
    operationDocumentNode: document,
    ...(node.variableUsages && { variableUsages: node.variableUsages.map(other) }),
  }
}
