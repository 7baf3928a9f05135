import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { Kind, type SelectionSetNode } from 'graphql'
import { documentOf } from './fetch-document.ts'
import { keysOf, namesOf, sourceAt } from './plan-path.ts'

/** Response names from the root on. */
export type Way = readonly string[]

interface Condition {
  readonly variable: string
  readonly isMet: boolean
}

/** A fetch of a plan, and what the plan says of it by where it stands. */
export interface Job {
  readonly node: FetchNode
  readonly path: readonly (string | number)[]
  readonly conditions: readonly Condition[]
  /** Those that the plan lets be done before. */
  readonly before: readonly Job[]
  /** To everything that it brings. */
  readonly brings: readonly Way[]
  /** To what it cannot begin without. */
  readonly needs: readonly Way[]
  /** To what it is told of contexts. */
  readonly told: readonly Way[]
}

type Standing = Pick<Job, 'path' | 'conditions' | 'before'>

/** The fetches of a plan, in its order. */
export const jobsIn = (node: PlanNode, at: Standing = { path: [], conditions: [], before: [] }): readonly Job[] => {
  const under = (inner: PlanNode | undefined, condition: Condition): readonly Job[] =>
    inner ? jobsIn(inner, { ...at, conditions: [...at.conditions, condition] }) : []
  switch (node.kind) {
    case 'Fetch':
      return [jobOf(node, at)]
    case 'Flatten':
      return jobsIn(node.node, { ...at, path: [...at.path, ...node.path] })
    case 'Sequence':
      return node.nodes.reduce<readonly Job[]>(
        (done, next) => [...done, ...jobsIn(next, { ...at, before: [...at.before, ...done] })],
        [],
      )
    case 'Parallel':
      return node.nodes.flatMap((one) => jobsIn(one, at))
    case 'Condition':
      return [
        ...under(node.ifClause, { variable: node.condition, isMet: true }),
        ...under(node.elseClause, { variable: node.condition, isMet: false }),
      ]
    case 'Defer':
      return []
  }
}

/** Whether one of some ways leads to one of others, or through it, or begins it. */
export const meets = (ways: readonly Way[], others: readonly Way[]): boolean =>
  ways.some((one) => others.some((other) => one.every((key, index) => index >= other.length || other[index] === key)))

const jobOf = (node: FetchNode, at: Standing): Job => {
  const keys = keysOf(at.path)
  const below = (ways: readonly Way[]): readonly Way[] => ways.map((way) => [...keys, ...way])
  return {
    ...at,
    node,
    brings: below(broughtBy(node)),
    needs: node.requires ? below(requiredIn(node.requires)) : [keys],
    told: (node.contextRewrites ?? []).map(({ path }) => {
      const { up, way } = sourceAt(path)
      return [...keys.slice(0, keys.length - up), ...namesOf(way)]
    }),
  }
}

/** Renamed fields by both names: nobody needs the other one. */
const broughtBy = (node: FetchNode): readonly Way[] => {
  const renamed = (node.outputRewrites ?? []).flatMap((rewrite) =>
    rewrite.kind === 'KeyRenamer' ? [[...namesOf(rewrite.path).slice(0, -1), rewrite.renameKeyTo]] : [],
  )
  const fetched = documentOf(node).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return []
    const [first] = definition.selectionSet.selections
    const set = node.requires && first?.kind === Kind.FIELD ? first.selectionSet : definition.selectionSet
    return set ? selectedIn(set) : []
  })
  return [...fetched, ...renamed]
}

const selectedIn = ({ selections }: SelectionSetNode): readonly Way[] =>
  selections.flatMap((selection): readonly Way[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return []
    const below = selection.selectionSet ? selectedIn(selection.selectionSet) : [[]]
    if (selection.kind === Kind.INLINE_FRAGMENT) return below
    return below.map((way) => [(selection.alias ?? selection.name).value, ...way])
  })

const requiredIn = (selections: readonly QueryPlanSelectionNode[]): readonly Way[] =>
  selections.flatMap((selection): readonly Way[] => {
    const below = selection.selections ? requiredIn(selection.selections) : [[]]
    if (selection.kind === 'InlineFragment') return below
    return below.map((way) => [selection.alias ?? selection.name, ...way])
  })
